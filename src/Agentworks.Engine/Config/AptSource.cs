namespace Agentworks.Config;

/// <summary>[apt_sources.NAME]: a repository with its signing key.</summary>
public sealed record AptSource : CatalogEntry
{
    public required string KeyUrl { get; init; }

    /// <summary>Where the key goes on the machine. Absolute.</summary>
    public required string KeyPath { get; init; }

    /// <summary>The line for apt; <c>{arch}</c> stands for the machine's architecture.</summary>
    public required string Source { get; init; }

    /// <summary>Bare name of the file in /etc/apt/sources.list.d.</summary>
    public required string SourceFile { get; init; }

    /// <summary>The key comes as text and must be unpacked.</summary>
    public required bool KeyDearmor { get; init; }

    internal static AptSource Read(ConfigSection section)
    {
        var read = new AptSource
        {
            Name = section.Name,
            Description = section.Text("description") ?? string.Empty,
            KeyUrl = section.Required("key_url", ConfigRules.WebAddress),
            KeyPath = section.Required("key_path", ConfigRules.MachinePath),
            Source = section.Required("source", ConfigRules.OneLine),
            SourceFile = section.Required("source_file", ConfigRules.BareName),
            KeyDearmor = section.Flag("key_dearmor") ?? false,
        };
        section.Finish();
        return read;
    }
}
