namespace Agentworks.Model;

/// <summary>A machine, reached by the operator's own ssh configuration, on which Lima makes VMs.</summary>
public sealed record AgwVmHost
{
    public required string Name { get; init; }
    public required string Id { get; init; }

    /// <summary>What ssh is given: <c>host</c> or <c>user@host</c>; an alias of the operator's ssh configuration will do.</summary>
    public required string Address { get; init; }

    /// <summary><c>linux</c> or <c>darwin</c>, as it said when it was registered; null when it did not answer.</summary>
    public string? System { get; init; }

    /// <summary>How many VMs are recorded on it.</summary>
    public int VmCount { get; init; }

    public required DateTimeOffset Created { get; init; }

    public override string ToString() => Name;
}
