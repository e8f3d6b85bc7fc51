namespace Agentworks.Config;

/// <summary>How a template changes what it inherits. Null everywhere means that the template does not set the key.</summary>
internal static class TemplateLists
{
    /// <summary>Appends what is new; an explicit empty list clears what was inherited.</summary>
    public static IReadOnlyList<string> Extend(this IReadOnlyList<string> inherited, IReadOnlyList<string>? set) => set switch
    {
        null => inherited,
        [] => [],
        _ => [.. inherited.Union(set, StringComparer.Ordinal)],
    };

    /// <summary>Adds and replaces keys.</summary>
    public static IReadOnlyDictionary<string, EnvironmentValue> Extend(
        this IReadOnlyDictionary<string, EnvironmentValue> inherited, IReadOnlyDictionary<string, EnvironmentValue>? set)
    {
        if (set is null)
        {
            return inherited;
        }

        var merged = new Dictionary<string, EnvironmentValue>(inherited, StringComparer.Ordinal);
        foreach (var (key, value) in set)
        {
            merged[key] = value;
        }

        return merged;
    }

    /// <summary>An explicit empty text clears what was inherited.</summary>
    public static string? Or(this string? set, string? inherited) => set is null ? inherited : set.Length == 0 ? null : set;
}
