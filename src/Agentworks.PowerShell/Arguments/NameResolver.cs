using System.Management.Automation;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>
/// Finds what names and patterns mean among the things there are. A name that means nothing is an error of its own; a pattern
/// that matches nothing is not.
/// </summary>
/// <param name="all">The things there are.</param>
/// <param name="nameOf">The name of a thing.</param>
/// <param name="kind">The word for the kind, as in the engine's messages.</param>
/// <param name="recommendation">Where to look for the right name.</param>
/// <param name="idOf">The id of a thing that may be named by it too.</param>
internal sealed class NameResolver<T>(IReadOnlyList<T> all, Func<T, string> nameOf, string kind, string recommendation, Func<T, string>? idOf = null)
    where T : class
{
    private readonly Lazy<Dictionary<string, T>> _byName = new(() => all.ToDictionary(nameOf, StringComparer.OrdinalIgnoreCase));

    /// <summary>Each match once, in the order given; null for no names at all means everything.</summary>
    public IEnumerable<(T Item, object Input)> Resolve(IEnumerable<NameArgument>? names, Action<Exception, object?> onError)
    {
        if (names is null)
        {
            return all.Select(item => (item, (object)nameOf(item)));
        }
        var seen = new HashSet<T>(ReferenceEqualityComparer.Instance);
        return names.SelectMany(name => Find(name, onError).Select(item => (item, name.Input ?? nameOf(item)))).Where(match => seen.Add(match.item));
    }

    private IEnumerable<T> Find(NameArgument name, Action<Exception, object?> onError)
    {
        if (name.GetProblem() is { } problem)
        {
            onError(problem, name.Input);
            return [];
        }
        if (name.IsPattern)
        {
            var pattern = WildcardPattern.Get(name.Name!, WildcardOptions.IgnoreCase);
            return all.Where(item => pattern.IsMatch(nameOf(item)));
        }
        if (_byName.Value.TryGetValue(name.Name!, out var found))
        {
            return [found];
        }
        if (idOf is not null && all.FirstOrDefault(item => string.Equals(idOf(item), name.Name, StringComparison.OrdinalIgnoreCase)) is { } byId)
        {
            return [byId];
        }
        onError(new NotFoundException(kind, name.Name!) { Target = name.Input, Recommendation = recommendation }, name.Input);
        return [];
    }
}
