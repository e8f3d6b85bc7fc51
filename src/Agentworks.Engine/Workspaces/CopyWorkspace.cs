namespace Agentworks.Workspaces;

/// <summary>A workspace to copy.</summary>
/// <param name="Source">The workspace there is.</param>
/// <param name="Name">The new one.</param>
/// <param name="Vm">Where; null: beside its source.</param>
/// <param name="Snapshot">Name of a snapshot of the source; null: of the source as it is.</param>
public sealed record CopyWorkspace(string Source, string Name, string? Vm = null, string? Snapshot = null);
