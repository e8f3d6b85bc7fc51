namespace Agentworks.Network;

/// <summary>What a driver records of a machine that has joined.</summary>
/// <param name="Data">JSON.</param>
/// <param name="Warning">What the operator should know; null for nothing.</param>
public sealed record NetworkMembership(string Data, string? Warning);
