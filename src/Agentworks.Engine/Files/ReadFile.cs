namespace Agentworks.Files;

/// <summary>A file or a part of it. Only the part is read on the machine.</summary>
/// <param name="Path">Relative to the workspace's folder, or absolute.</param>
/// <param name="Offset">Bytes to leave out at its beginning.</param>
/// <param name="Length">Bytes to read at most; null: to the end.</param>
/// <param name="First">Lines to read at most, ended by line feeds.</param>
/// <param name="Last">So many of the last lines instead.</param>
public sealed record ReadFile(string Path, long Offset = 0, long? Length = null, int? First = null, int? Last = null);
