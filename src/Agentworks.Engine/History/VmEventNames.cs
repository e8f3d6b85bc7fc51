namespace Agentworks.History;

/// <summary>What may happen to a machine, as its events call it. Stable: scripts compare with these.</summary>
public static class VmEventNames
{
    public const string ProvisioningStarted = "ProvisioningStarted";
    public const string ProvisioningCompleted = "ProvisioningCompleted";
    public const string ProvisioningFailed = "ProvisioningFailed";
    public const string Bootstrapped = "Bootstrapped";
    public const string InitializationStarted = "InitializationStarted";
    public const string InitializationCompleted = "InitializationCompleted";
    public const string InitializationPartial = "InitializationPartial";
    public const string InitializationFailed = "InitializationFailed";
    public const string StepChanged = "StepChanged";
    public const string StepFailed = "StepFailed";
    public const string Started = "Started";
    public const string Stopped = "Stopped";
    public const string Restarted = "Restarted";
    public const string NetworkChanged = "NetworkChanged";
    public const string BackupStarted = "BackupStarted";
    public const string BackupCompleted = "BackupCompleted";
    public const string BackupFailed = "BackupFailed";
    public const string RestoreStarted = "RestoreStarted";
    public const string Restored = "Restored";
    public const string RestoreFailed = "RestoreFailed";
    public const string WorkspaceCreated = "WorkspaceCreated";
    public const string WorkspaceRemoved = "WorkspaceRemoved";
    public const string AgentCreated = "AgentCreated";
    public const string AgentInitialized = "AgentInitialized";
    public const string AgentRemoved = "AgentRemoved";

    /// <summary>All of them, for completion.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ProvisioningStarted, ProvisioningCompleted, ProvisioningFailed, Bootstrapped, InitializationStarted, InitializationCompleted,
        InitializationPartial, InitializationFailed, StepChanged, StepFailed, Started, Stopped, Restarted, NetworkChanged, BackupStarted,
        BackupCompleted, BackupFailed, RestoreStarted, Restored, RestoreFailed, WorkspaceCreated, WorkspaceRemoved, AgentCreated,
        AgentInitialized, AgentRemoved,
    ];
}
