namespace Agentworks.Network;

/// <summary>A machine whose network membership is to be made anew, or changed for another.</summary>
public sealed record UpdateVmNetwork
{
    public required string Vm { get; init; }

    /// <summary>Null: the one that it has.</summary>
    public string? Network { get; init; }

    /// <summary>The secret that lets the machine in, where the network takes one.</summary>
    public string? AuthKey { get; init; }
}
