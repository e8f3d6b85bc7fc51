using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>
/// One table of the configuration, read strictly. The keys that are asked for are the known ones: <see cref="Finish"/> refuses all others.
/// A check answers what is wrong with a value, or null.
/// </summary>
internal sealed class ConfigSection(ConfigContext context, TomlTable table, string name)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public ConfigContext Context { get; } = context;

    /// <summary>The last step of the section's path.</summary>
    public string Name { get; } = name;

    public TomlTable Table { get; } = table;

    public string? Text(string key, Func<string, string?>? check = null)
        => Scalar<string>(key, "a string") is { } node ? Checked(node, check) : null;

    /// <summary>A text of which the empty one means "none".</summary>
    public string? TextOrNone(string key, Func<string, string?>? check = null)
        => Text(key, value => value.Length == 0 ? null : check?.Invoke(value)) is { Length: > 0 } value ? value : null;

    public string Required(string key, Func<string, string?>? check = null)
        => Text(key, value => value.Length == 0 ? "it is empty." : check?.Invoke(value)) ?? throw Missing(key);

    public bool? Flag(string key) => Scalar<bool>(key, "true or false")?.Value;

    public int? Whole(string key, int min, int max)
    {
        if (Scalar<long>(key, "a whole number") is not { } node)
        {
            return null;
        }

        return node.Value >= min && node.Value <= max
            ? (int)node.Value
            : throw Context.Fail(node, $"{node.Value} is out of range: from {min} to {max}.");
    }

    public int RequiredWhole(string key, int min, int max) => Whole(key, min, max) ?? throw Missing(key);

    /// <summary>A path on this computer, made absolute; the empty one means "none".</summary>
    public string? PathOrNone(string key, bool mustExist = false)
        => TextOrNone(key, PathCheck(mustExist)) is { } value ? Context.ExpandPath(value) : null;

    public IReadOnlyList<string>? Paths(string key, bool mustExist = false)
        => Texts(key, PathCheck(mustExist))?.Select(Context.ExpandPath).ToList();

    /// <returns>False when the key is not set; the empty text sets it to none.</returns>
    public bool TrySource(string key, out SourceReference? source)
    {
        SourceReference? found = null;
        var text = Text(key, value =>
        {
            string? problem = null;
            found = value.Length == 0 ? null : SourceReference.Parse(value, Context, out problem);
            return problem;
        });
        source = found;
        return text is not null;
    }

    public IReadOnlyList<string>? Texts(string key, Func<string, string?>? check = null)
        => Items(key, check)?.Select(i => i.Value).ToList();

    /// <summary>As <see cref="Texts"/>, with the places of the elements.</summary>
    public IReadOnlyList<TomlScalar<string>>? Items(string key, Func<string, string?>? check = null)
    {
        if (Take(key) is not { } node)
        {
            return null;
        }

        if (node is not TomlArray array)
        {
            throw WrongType(node, "a list of strings");
        }

        var items = array.Items.Select(item => item as TomlScalar<string> ?? throw WrongType(item, "a string")).ToList();
        items.ForEach(item => Checked(item, value => value.Length == 0 ? "it is empty." : check?.Invoke(value)));
        return items;
    }

    /// <summary>Environment variables: each a text, or <c>{ secret = "name" }</c>.</summary>
    public IReadOnlyDictionary<string, EnvironmentValue>? Variables(string key, Func<string, string?>? checkText = null)
    {
        if (Take(key) is not { } node)
        {
            return null;
        }

        var variables = new Dictionary<string, EnvironmentValue>(StringComparer.Ordinal);
        foreach (var entry in AsTable(node).Entries)
        {
            if (ConfigRules.EnvironmentName(entry.Key) is { } problem)
            {
                throw Context.Fail(entry.Place, entry.Value.Path, problem);
            }

            variables.Add(entry.Key, entry.Value switch
            {
                TomlScalar<string> text => new EnvironmentValue(Checked(text, checkText)),
                TomlTable table => Secret(new ConfigSection(Context, table, entry.Key)),
                _ => throw WrongType(entry.Value, "a string or { secret = \"name\" }"),
            });
        }

        return variables;
    }

    /// <summary>The section below, empty when the file has none.</summary>
    public ConfigSection Child(string key) => TryChild(key) ?? new ConfigSection(Context, TomlTable.Empty, key);

    public ConfigSection? TryChild(string key) => Take(key) is { } node ? new ConfigSection(Context, AsTable(node), key) : null;

    /// <summary>The sections below <paramref name="key"/>, which the operator named.</summary>
    public IEnumerable<ConfigSection> Children(string key)
    {
        foreach (var entry in Child(key).Table.Entries)
        {
            if (ConfigRules.EntryName(entry.Key) is { } problem)
            {
                throw Context.Fail(entry.Place, entry.Value.Path, problem);
            }

            yield return new ConfigSection(Context, AsTable(entry.Value), entry.Key);
        }
    }

    /// <summary>Refuses a key that older versions knew.</summary>
    public void Removed(string key, string problem)
    {
        if (Table.TryGet(key, out var entry))
        {
            throw Context.Fail(entry.Place, entry.Value.Path, problem);
        }
    }

    /// <summary>Accepts a key under its old name too, with a warning.</summary>
    /// <returns>The name under which it is written.</returns>
    public string Renamed(string key, string oldKey)
    {
        if (!Table.TryGet(oldKey, out var old))
        {
            return key;
        }

        if (Table.TryGet(key, out _))
        {
            throw Context.Fail(old.Place, old.Value.Path, $"it is the old name of '{key}', which is set too; keep only '{key}'.");
        }

        Warn(oldKey, $"it is now called '{key}'.");
        _known.Add(key);
        return oldKey;
    }

    public void Warn(string key, string message)
    {
        if (Table.TryGet(key, out var entry))
        {
            Context.Warn(entry.Place, entry.Value.Path, message);
        }
    }

    /// <summary>Call when everything is read: what nobody asked for is unknown.</summary>
    public void Finish()
    {
        foreach (var entry in Table.Entries.Where(e => !_known.Contains(e.Key)))
        {
            var what = entry.Value.Kind == TomlKind.Table ? "unknown section" : "unknown key";
            throw Context.Fail(entry.Place, entry.Value.Path, what + NearestName.Hint(entry.Key, _known));
        }
    }

    private TomlNode? Take(string key)
    {
        _known.Add(key);
        return Table.TryGet(key, out var entry) ? entry.Value : null;
    }

    private TomlScalar<T>? Scalar<T>(string key, string wanted)
        where T : notnull
        => Take(key) is { } node ? node as TomlScalar<T> ?? throw WrongType(node, wanted) : null;

    private string Checked(TomlScalar<string> node, Func<string, string?>? check)
    {
        var problem = node.Value.Contains('\0', StringComparison.Ordinal) ? "it contains a NUL character." : check?.Invoke(node.Value);
        return problem is null ? node.Value : throw Context.Fail(node, problem);
    }

    private static EnvironmentValue Secret(ConfigSection section)
    {
        var name = section.Required("secret", ConfigRules.OneLine);
        section.Finish();
        return new EnvironmentValue(null, name);
    }

    private TomlTable AsTable(TomlNode node) => node as TomlTable ?? throw WrongType(node, "a section");

    private Func<string, string?> PathCheck(bool mustExist) => value => value switch
    {
        "" => "it is empty.",
        ['~', not ('/' or '\\'), ..] => "only ~ itself can be expanded, not another user's home.",
        _ when mustExist && !File.Exists(Context.ExpandPath(value)) => $"there is no file '{Context.ExpandPath(value)}'.",
        _ => null,
    };

    private ConfigException Missing(string key) => Context.Fail(Table.Place, Table.Path.Child(key), "it is required here.");

    private ConfigException WrongType(TomlNode node, string wanted) => Context.Fail(node, $"expected {wanted}, but this is {Describe(node.Kind)}.");

    private static string Describe(TomlKind kind) => kind switch
    {
        TomlKind.Table => "a table",
        TomlKind.Array => "an array",
        TomlKind.String => "a string",
        TomlKind.Integer => "a whole number",
        TomlKind.Float => "a float",
        TomlKind.Boolean => "a boolean",
        _ => "a date or time",
    };
}
