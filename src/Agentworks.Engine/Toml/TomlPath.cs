using System.Globalization;
using System.Text;

namespace Agentworks.Toml;

/// <summary>
/// Where a node stands in the document, such as <c>vm_templates.big.apt[2]</c>. A chain to the parent: the text is made only when
/// someone asks, because thousands of elements may share one very long key.
/// </summary>
public sealed class TomlPath
{
    private const int LongestShownKey = 80;

    private readonly TomlPath? _parent;
    private readonly string _key;
    private readonly int _index;

    private TomlPath(TomlPath? parent, string key, int index)
    {
        _parent = parent;
        _key = key;
        _index = index;
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    /// <summary>The document itself.</summary>
    public static TomlPath Root { get; } = new(null, string.Empty, -1);

    /// <summary>Steps from the root.</summary>
    public int Depth { get; }

    public TomlPath Child(string key) => new(this, key, -1);

    public TomlPath Child(int index) => new(this, string.Empty, index);

    /// <summary>A key as TOML would have it written: bare when it can be, else quoted, without control characters, and cut when very long.</summary>
    public static string Quote(string key)
    {
        var shown = key.Length > LongestShownKey ? string.Concat(key.AsSpan(0, LongestShownKey), "…") : key;
        if (shown.Length > 0 && shown.All(c => TomlCursor.IsBareKey(c) || c == '…'))
        {
            return shown;
        }

        var quoted = new StringBuilder("\"");
        foreach (var c in shown)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                _ when char.IsControl(c) || char.IsSurrogate(c) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    public override string ToString()
    {
        var steps = new Stack<TomlPath>();
        for (var step = this; step._parent is not null; step = step._parent)
        {
            steps.Push(step);
        }

        var text = new StringBuilder();
        foreach (var step in steps)
        {
            if (step._index >= 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{step._index}]");
            }
            else
            {
                text.Append(text.Length > 0 ? "." : string.Empty).Append(Quote(step._key));
            }
        }

        return text.ToString();
    }
}
