namespace Agentworks.Network;

/// <summary>How a machine joins a network.</summary>
/// <param name="Vm">The machine's name, for messages.</param>
/// <param name="HostName">What it is called there.</param>
/// <param name="Tags">What it is marked as there.</param>
/// <param name="Key">A secret that lets it in; null when it has joined or nobody gave one.</param>
/// <param name="Again">Joins again with this key though it has joined: an id of this one time; null otherwise.</param>
public sealed record NetworkJoin(string Vm, string HostName, IReadOnlyList<string> Tags, string? Key = null, string? Again = null);
