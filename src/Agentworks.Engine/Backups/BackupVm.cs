namespace Agentworks.Backups;

/// <summary>A backup to make.</summary>
/// <param name="Vm">The machine's name.</param>
/// <param name="Root">The folder in which the backup's folder is made; null for the configured one.</param>
/// <param name="IncludeCredentials">Also the files in homes that hold credentials.</param>
public sealed record BackupVm(string Vm, string? Root = null, bool IncludeCredentials = false);
