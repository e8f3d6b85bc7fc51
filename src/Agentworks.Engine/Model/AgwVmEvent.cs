namespace Agentworks.Model;

/// <summary>Something that happened to a machine.</summary>
public sealed record AgwVmEvent
{
    public required string Vm { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>Such as ProvisioningStarted, InitializationPartial, StepFailed or BackupCompleted.</summary>
    public required string Event { get; init; }

    public string? Detail { get; init; }

    public override string ToString() => Event;
}
