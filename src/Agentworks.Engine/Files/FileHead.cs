using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>What is known of a file when its content begins to come.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where in it the content begins.</param>
/// <param name="Start">Its first bytes, four at most, which tell of an encoding.</param>
public sealed record FileHead(AgwFile File, long Offset, ReadOnlyMemory<byte> Start);
