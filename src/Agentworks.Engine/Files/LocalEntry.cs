namespace Agentworks.Files;

/// <summary>A thing of this computer that is to be copied to a machine.</summary>
/// <param name="Path">Where it is; absolute.</param>
/// <param name="Name">Its path below what is copied, with /; empty for that itself.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Runnable">Whether its owner may run it.</param>
/// <param name="Target">Of a link, where it points; else null.</param>
/// <param name="Length">Bytes, as far as they are known.</param>
internal sealed record LocalEntry(string Path, string Name, bool IsFolder, bool Runnable, string? Target, long Length);
