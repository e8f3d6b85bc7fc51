namespace Agentworks.Model;

/// <summary>Something that templates can name to be installed. Which of the last properties are set depends on <see cref="Type"/>.</summary>
public sealed record AgwCatalogEntry
{
    public required string Name { get; init; }

    /// <summary>apt-source, apt-package, system-install-cmd or user-install-cmd.</summary>
    public required string Type { get; init; }

    /// <summary>built-in, or custom when config.toml defines it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it is custom and takes the place of a built-in entry of its name.</summary>
    public required bool Overrides { get; init; }

    public required string Description { get; init; }

    /// <summary>Of an apt source: where the signing key comes from.</summary>
    public string? KeyUrl { get; init; }

    /// <summary>Of an apt source: where the key goes on the machine.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Of an apt source: whether the key comes as text and is unpacked.</summary>
    public bool? KeyDearmor { get; init; }

    /// <summary>Of an apt source: the line for apt, in which {arch} is the machine's architecture.</summary>
    public string? SourceLine { get; init; }

    /// <summary>Of an apt source: its file in /etc/apt/sources.list.d.</summary>
    public string? SourceFile { get; init; }

    /// <summary>Of an apt package entry: Debian packages.</summary>
    public IReadOnlyList<string>? Apt { get; init; }

    /// <summary>Of an apt package entry: the apt sources that they come from.</summary>
    public IReadOnlyList<string>? AptSources { get; init; }

    /// <summary>Of an install command: the shell command.</summary>
    public string? Command { get; init; }

    /// <summary>Of an install command: folders for PATH.</summary>
    public IReadOnlyList<string>? Path { get; init; }

    /// <summary>Of an install command: it is installed when this command is found.</summary>
    public string? TestExec { get; init; }

    /// <summary>Of an install command: it is installed when this file is there.</summary>
    public string? TestFile { get; init; }

    /// <summary>Of an install command: it is installed when this folder is there.</summary>
    public string? TestDir { get; init; }

    public override string ToString() => Name;
}
