namespace Agentworks.Platforms.Qemu;

/// <summary>Which layers are still needed, and which could be one with what lies on them.</summary>
internal sealed class LayerTree
{
    private readonly Dictionary<string, LayerRecord> layers;
    private readonly HashSet<string> roots;
    private readonly HashSet<string> busy;

    /// <param name="layers">All that there are.</param>
    /// <param name="roots">Those that machines, snapshots and images name.</param>
    /// <param name="open">Those that running machines write to: neither they nor what lies below them may be touched.</param>
    public LayerTree(IEnumerable<LayerRecord> layers, IEnumerable<string> roots, IEnumerable<string> open)
    {
        this.layers = layers.ToDictionary(l => l.Id, StringComparer.Ordinal);
        this.roots = roots.ToHashSet(StringComparer.Ordinal);
        busy = open.SelectMany(Chain).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The layer and all below it, the topmost first.</summary>
    public IEnumerable<string> Chain(string id)
    {
        for (var at = id; at is not null && layers.TryGetValue(at, out var layer); at = layer.Parent)
        {
            yield return at;
        }
    }

    /// <summary>Those that nothing needs, in an order in which none is removed before what lies on it.</summary>
    public IReadOnlyList<string> Unneeded()
    {
        var needed = roots.SelectMany(Chain).ToHashSet(StringComparer.Ordinal);
        return [.. layers.Keys.Where(id => !needed.Contains(id) && !busy.Contains(id)).OrderByDescending(id => Chain(id).Count()).ThenBy(id => id, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Layers that nobody names and on which exactly one other lies, with that one: its content can go down into them, and they take its place.
    /// The lowest first.
    /// </summary>
    public IReadOnlyList<(string Lower, string Upper)> Mergeable()
    {
        var above = layers.Values.Where(l => l.Parent is not null).ToLookup(l => l.Parent!, l => l.Id, StringComparer.Ordinal);
        return [.. layers.Keys
            .Where(id => !roots.Contains(id) && !busy.Contains(id) && above[id].Count() == 1 && !busy.Contains(above[id].First()))
            .OrderBy(id => Chain(id).Count()).ThenBy(id => id, StringComparer.Ordinal)
            .Select(id => (id, above[id].First()))];
    }

    /// <summary>Those that lie on it.</summary>
    public IReadOnlyList<string> Above(string id) => [.. layers.Values.Where(l => l.Parent == id).Select(l => l.Id).Order(StringComparer.Ordinal)];
}
