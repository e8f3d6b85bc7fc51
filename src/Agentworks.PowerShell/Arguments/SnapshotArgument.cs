using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>Names snapshots: a name, a pattern, or an AgwSnapshot, which says its workspace as well.</summary>
public sealed class SnapshotArgument(object? value) : NameArgument(value, "Snapshot")
{
    /// <summary>The workspace that a piped snapshot says; null for a mere name.</summary>
    internal string? Workspace { get; } =
        value is null or string || value is PSObject { BaseObject: string } ? null : PSObject.AsPSObject(value).Properties["Workspace"]?.Value?.ToString();
}
