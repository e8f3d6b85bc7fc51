namespace Agentworks.Files;

/// <summary>How a file is to be written.</summary>
public sealed record WriteFile
{
    /// <summary>Relative to the workspace's folder, or absolute. A link is followed.</summary>
    public required string Path { get; init; }

    /// <summary>Octal, such as 0644; null keeps the old file's, else what the folder and umask say.</summary>
    public string? Mode { get; init; }

    /// <summary>Add to the end, all of it or nothing.</summary>
    public bool Append { get; init; }

    /// <summary>It must not be there yet.</summary>
    public bool NoClobber { get; init; }
}
