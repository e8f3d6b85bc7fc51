namespace Agentworks.PortForwards;

/// <summary>A port forward to make, or to start again when it is there with the same numbers.</summary>
public sealed record NewPortForward
{
    /// <summary>The machine; null for that of <see cref="Workspace"/>.</summary>
    public string? Vm { get; init; }

    /// <summary>The workspace that it is for; null: for the machine.</summary>
    public string? Workspace { get; init; }

    public required PortForwardSpec Ports { get; init; }

    /// <summary>An IP address of this computer, or localhost.</summary>
    public string LocalAddress { get; init; } = "127.0.0.1";
}
