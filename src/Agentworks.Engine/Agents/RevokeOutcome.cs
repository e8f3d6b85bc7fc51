using Agentworks.Model;

namespace Agentworks.Agents;

/// <summary>What a revoke took away, and which of the agent's processes it found that began when it still held.</summary>
/// <param name="Grant">What was asked to be taken back.</param>
/// <param name="StillGranted">A session needs it, or all workspaces are granted: nothing was taken away.</param>
/// <param name="Processes">Those that stood in the workspace: told to go (SIGHUP), or killed.</param>
/// <param name="Hidden">
/// Those that keep the workspace's group in a mount namespace of their own, so that it cannot be seen whether they stand in it: left
/// alone, or killed.
/// </param>
/// <param name="Holders">Those that keep the group and stand elsewhere. They cannot get in: the folder's access list bars the agent by name.</param>
public sealed record RevokeOutcome(
    AgwGrant Grant, bool StillGranted, IReadOnlyList<int> Processes, IReadOnlyList<int> Hidden, IReadOnlyList<int> Holders);
