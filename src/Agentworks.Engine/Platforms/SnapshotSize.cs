namespace Agentworks.Platforms;

/// <summary>How large a snapshot is, in bytes.</summary>
/// <param name="Used">What removing it would free; null where the file system cannot tell.</param>
/// <param name="Referenced">All that can be read in it.</param>
public sealed record SnapshotSize(long? Used, long? Referenced);
