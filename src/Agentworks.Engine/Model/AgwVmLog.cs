namespace Agentworks.Model;

/// <summary>The log of one operation on a machine: a text file on the operator's computer.</summary>
public sealed record AgwVmLog
{
    public required string Vm { get; init; }

    /// <summary>The cmdlet, such as New-AgwVm.</summary>
    public required string Operation { get; init; }

    public required DateTimeOffset Started { get; init; }
    public LogOutcome Outcome { get; init; }
    public bool Failed => Outcome == LogOutcome.Failed;

    /// <summary>The operation's id in the journal, 32 hex digits.</summary>
    public required string OperationId { get; init; }

    /// <summary>The file; Get-Content takes it from here.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    public override string ToString() => Path;
}
