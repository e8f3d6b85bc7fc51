using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>
/// Inheritance. A template is the built-in defaults, changed by each of its ancestors and then by itself; a change contains only
/// what the template sets, so that nobody resets what it does not mention. Ancestors apply depth first, parents in their order, each
/// template once: a common ancestor of two parents cannot undo what the first of them set.
/// </summary>
internal sealed class TemplateResolver<T>
{
    /// <summary>The template of those who name none; need not be defined.</summary>
    public const string DefaultName = "default";

    private const int MaxGenerations = 64;

    private readonly Dictionary<string, Definition> _byName = new(StringComparer.Ordinal);
    private readonly ConfigContext _context;

    private TemplateResolver(ConfigSection root, string key, Func<ConfigSection, Func<T, T>> read)
    {
        _context = root.Context;
        foreach (var section in root.Children(key))
        {
            var parents = section.Items("inherits") ?? [];
            _byName.Add(section.Name, new Definition(parents, read(section)));
            section.Finish();
        }
    }

    /// <param name="builtIn">The defaults, under the given name.</param>
    /// <param name="read">What a section changes.</param>
    /// <returns>Every template by its name, the default always among them.</returns>
    public static IReadOnlyDictionary<string, T> Resolve(ConfigSection root, string key, Func<string, T> builtIn, Func<ConfigSection, Func<T, T>> read)
    {
        var resolver = new TemplateResolver<T>(root, key, read);
        return resolver._byName.Keys.Append(DefaultName).Distinct(StringComparer.Ordinal).ToDictionary(
            name => name,
            name => resolver.Line(name).Aggregate(builtIn(name), (template, change) => change(template)),
            StringComparer.Ordinal);
    }

    private List<Func<T, T>> Line(string name)
    {
        var line = new List<Func<T, T>>();
        Visit(name, [], new HashSet<string>(StringComparer.Ordinal), line);
        return line;
    }

    private void Visit(string name, List<string> children, HashSet<string> seen, List<Func<T, T>> line)
    {
        if (!seen.Add(name) || !_byName.TryGetValue(name, out var definition))
        {
            return;
        }

        children.Add(name);
        foreach (var parent in definition.Parents)
        {
            Check(parent, children);
            Visit(parent.Value, children, seen, line);
        }

        children.RemoveAt(children.Count - 1);
        line.Add(definition.Change);
    }

    private void Check(TomlScalar<string> parent, List<string> children)
    {
        var first = children.IndexOf(parent.Value);
        if (first >= 0)
        {
            throw _context.Fail(parent, $"it inherits from itself: {string.Join(" -> ", children.Skip(first).Append(parent.Value))}.");
        }

        if (children.Count > MaxGenerations)
        {
            throw _context.Fail(parent, $"it inherits over more than {MaxGenerations} generations.");
        }

        if (parent.Value != DefaultName && ConfigRules.Defined(parent.Value, "template", _byName.Keys) is { } problem)
        {
            throw _context.Fail(parent, problem);
        }
    }

    private sealed record Definition(IReadOnlyList<TomlScalar<string>> Parents, Func<T, T> Change);
}
