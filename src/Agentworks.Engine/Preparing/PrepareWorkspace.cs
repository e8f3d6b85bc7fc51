using Agentworks.Dedicated;
using Agentworks.Workspaces;

namespace Agentworks.Preparing;

/// <summary>A workspace to prepare: made of a repository and set-up commands, and kept as a snapshot.</summary>
public sealed record PrepareWorkspace
{
    /// <summary>As it is made where it is not there, with its repository and branch.</summary>
    public required NewWorkspace Workspace { get; init; }

    /// <summary>The same with a machine of its own; null for a shared one.</summary>
    public NewDedicatedWorkspace? Dedicated { get; init; }

    /// <summary>For /bin/sh, as the workspace's user in its root, one after the other.</summary>
    public IReadOnlyList<string> SetupCommands { get; init; } = [];

    /// <summary>For each command.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    public string SnapshotName { get; init; } = "prepared";

    /// <summary>Anew, also where the inputs are the same.</summary>
    public bool Force { get; init; }
}
