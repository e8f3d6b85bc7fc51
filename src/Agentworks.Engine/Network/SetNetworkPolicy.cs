namespace Agentworks.Network;

/// <summary>A change of what a dedicated workspace may reach. What is null stays as it is.</summary>
public sealed record SetNetworkPolicy
{
    public required string Workspace { get; init; }
    public bool? AllowInternet { get; init; }
    public bool? AllowInterVm { get; init; }
    public IReadOnlyList<int>? AllowedPorts { get; init; }
    public IReadOnlyList<string>? AllowedHosts { get; init; }
}
