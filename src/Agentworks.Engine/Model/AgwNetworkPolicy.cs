namespace Agentworks.Model;

/// <summary>What the machine of a dedicated workspace may reach, as wanted, and whether exactly that is in force right now.</summary>
public sealed record AgwNetworkPolicy
{
    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>The internet, or the part of it that <see cref="AllowedHosts"/> names.</summary>
    public bool AllowInternet { get; init; }

    /// <summary>Other dedicated workspaces that allow it too, on this computer, and it them.</summary>
    public bool AllowInterVm { get; init; }

    /// <summary>The ports on which others may reach it; empty: all.</summary>
    public IReadOnlyList<int> AllowedPorts { get; init; } = [];

    /// <summary>Names, addresses and networks; empty: the whole internet.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Read from what enforces it: true only when the rules in force are these.</summary>
    public bool Enforced { get; init; }

    /// <summary>Why it is so, and what to do.</summary>
    public required string Detail { get; init; }

    public override string ToString() => Workspace;
}
