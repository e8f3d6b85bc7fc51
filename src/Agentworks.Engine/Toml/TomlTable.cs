using System.Diagnostics.CodeAnalysis;

namespace Agentworks.Toml;

/// <summary>A table. Entries keep the order of the document.</summary>
public sealed class TomlTable : TomlNode
{
    private readonly Dictionary<string, TomlEntry> _byKey;

    internal TomlTable(TomlPath path, TomlPlace place, IReadOnlyList<TomlEntry> entries)
        : base(path, place)
    {
        Entries = entries;
        _byKey = entries.ToDictionary(e => e.Key, StringComparer.Ordinal);
    }

    public static TomlTable Empty { get; } = new(TomlPath.Root, new TomlPlace(1, 1), []);

    public IReadOnlyList<TomlEntry> Entries { get; }

    public override TomlKind Kind => TomlKind.Table;

    public bool TryGet(string key, [NotNullWhen(true)] out TomlEntry? entry) => _byKey.TryGetValue(key, out entry);
}
