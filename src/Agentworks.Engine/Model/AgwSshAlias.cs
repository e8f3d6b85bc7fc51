namespace Agentworks.Model;

/// <summary>A name that the operator can give to ssh.</summary>
public sealed record AgwSshAlias
{
    public required string Alias { get; init; }
    public required string Vm { get; init; }

    /// <summary>Null: the machine's admin.</summary>
    public string? Agent { get; init; }

    public required string LinuxUser { get; init; }

    public override string ToString() => Alias;
}
