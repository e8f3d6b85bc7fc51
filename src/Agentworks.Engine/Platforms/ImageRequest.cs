namespace Agentworks.Platforms;

/// <summary>An image to build (Debian 12 with <see cref="Packages"/> on top of the platform's own) or, with <see cref="File"/>, to import.</summary>
public sealed record ImageRequest
{
    public required string Name { get; init; }

    /// <summary>Debian packages besides those that every image has.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>A file of this computer to import, in a format of the platform's; null to build.</summary>
    public string? File { get; init; }

    /// <summary>The SHA-256 that <see cref="File"/> must have, in hex.</summary>
    public string? Digest { get; init; }

    /// <summary>Make it again although it is there.</summary>
    public bool Force { get; init; }
}
