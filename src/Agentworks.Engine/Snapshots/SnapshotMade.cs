namespace Agentworks.Snapshots;

/// <summary>What a provider says of a snapshot that it has made.</summary>
/// <param name="Provider">btrfs, reflink, copy or qcow2.</param>
/// <param name="Data">The provider's own record, as JSON; comes back in the row's Data.</param>
/// <param name="HeadCommit">The commit at HEAD in the workspace's repository, 40 hex digits; null without one.</param>
/// <param name="HasMemory">Whether the machine's memory is in it.</param>
/// <param name="ParentId">The snapshot that the files came from before, where the provider knows it better than the record; null: as recorded.</param>
internal sealed record SnapshotMade(string Provider, string Data, string? HeadCommit, bool HasMemory = false, string? ParentId = null);
