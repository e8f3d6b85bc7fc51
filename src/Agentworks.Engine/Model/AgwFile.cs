namespace Agentworks.Model;

/// <summary>
/// A file, folder or link in a workspace. Names are as on the machine, exactly: bytes that are no UTF-8 are lone surrogates, which bind to
/// -LiteralPath as what they are.
/// </summary>
public sealed record AgwFile
{
    public required string Name { get; init; }

    /// <summary>Absolute path on the machine.</summary>
    public required string FullName { get; init; }

    /// <summary>Relative to the workspace's folder; absolute where it lies outside of it.</summary>
    public required string Path { get; init; }

    public required AgwFileKind Kind { get; init; }

    /// <summary>Bytes; 0 for what is no file.</summary>
    public required long Length { get; init; }

    /// <summary>Permissions as text, such as rw-r--r--.</summary>
    public required string Mode { get; init; }

    /// <summary>Permissions as four octal digits, such as 0644.</summary>
    public required string OctalMode { get; init; }

    public required string Owner { get; init; }
    public required string Group { get; init; }
    public required DateTimeOffset LastWriteTime { get; init; }

    /// <summary>Where a symbolic link points, as it is written in it; null for anything else.</summary>
    public string? LinkTarget { get; init; }

    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    public override string ToString() => Path;
}
