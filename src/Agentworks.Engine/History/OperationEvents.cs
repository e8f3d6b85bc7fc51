namespace Agentworks.History;

/// <summary>The events that an operation is by itself, whoever runs it: at its beginning, its success and its failure; null for none.</summary>
internal sealed record OperationEvents(string? Begun = null, string? Succeeded = null, string? Failed = null)
{
    private static readonly OperationEvents None = new();

    private static readonly Dictionary<string, OperationEvents> ByOperation = new(StringComparer.Ordinal)
    {
        ["New-AgwVm"] = new(Failed: VmEventNames.ProvisioningFailed),
        ["Initialize-AgwVm"] = new(Failed: VmEventNames.InitializationFailed),
        ["Start-AgwVm"] = new(Succeeded: VmEventNames.Started),
        ["Stop-AgwVm"] = new(Succeeded: VmEventNames.Stopped),
        ["Restart-AgwVm"] = new(Succeeded: VmEventNames.Restarted),
        ["Update-AgwVmNetwork"] = new(Succeeded: VmEventNames.NetworkChanged),
        ["Backup-AgwVm"] = new(VmEventNames.BackupStarted, VmEventNames.BackupCompleted, VmEventNames.BackupFailed),
        ["Restore-AgwVm"] = new(VmEventNames.RestoreStarted, VmEventNames.Restored, VmEventNames.RestoreFailed),
        ["New-AgwWorkspace"] = new(Succeeded: VmEventNames.WorkspaceCreated),
        ["Remove-AgwWorkspace"] = new(Succeeded: VmEventNames.WorkspaceRemoved),
        ["New-AgwAgent"] = new(Succeeded: VmEventNames.AgentCreated),
        ["Initialize-AgwAgent"] = new(Succeeded: VmEventNames.AgentInitialized),
        ["Remove-AgwAgent"] = new(Succeeded: VmEventNames.AgentRemoved),
    };

    public static OperationEvents Of(string operation) => ByOperation.GetValueOrDefault(operation, None);
}
