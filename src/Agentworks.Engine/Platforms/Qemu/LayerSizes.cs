using System.Text.Json;

namespace Agentworks.Platforms.Qemu;

/// <summary>How much of a disk is in which layer, as qemu-img tells it, of disks in use too.</summary>
internal sealed class LayerSizes(LayerStore layers, HostCommands commands)
{
    /// <summary>
    /// What removing the layer's snapshot would free, and all that can be read in it. With one layer on it, the two become one then, and what is freed is what the
    /// upper covers; with several the layer stays.
    /// </summary>
    public async Task<(long Used, long Referenced)> OfAsync(string id, CancellationToken cancellationToken)
    {
        var map = await MapAsync(id, cancellationToken).ConfigureAwait(false);
        var own = map.Where(e => e is { Depth: 0, Present: true }).ToList();
        var above = layers.Tree().Above(id);
        var used = above.Count switch
        {
            0 => own.Where(e => e.Data).Sum(e => e.Length),
            1 => Overlap([.. own.Where(e => e.Data)], [.. (await MapAsync(above[0], cancellationToken).ConfigureAwait(false)).Where(e => e is { Depth: 0, Present: true })]),
            _ => 0,
        };
        return (used, map.Where(e => e.Data).Sum(e => e.Length));
    }

    /// <summary>How many bytes both lists cover; each is sorted and without overlaps of its own.</summary>
    internal static long Overlap(IReadOnlyList<Extent> one, IReadOnlyList<Extent> other)
    {
        long sum = 0;
        for (int i = 0, k = 0; i < one.Count && k < other.Count;)
        {
            var (from, to) = (Math.Max(one[i].Start, other[k].Start), Math.Min(one[i].End, other[k].End));
            sum += Math.Max(0, to - from);
            if (one[i].End <= other[k].End)
            {
                i++;
            }
            else
            {
                k++;
            }
        }

        return sum;
    }

    private async Task<IReadOnlyList<Extent>> MapAsync(string id, CancellationToken cancellationToken)
    {
        var json = await commands.RunAsync("qemu-img", ["map", "-U", "--output=json", "-f", "qcow2", layers.Find(id).File], cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(e => new Extent(
            e.GetProperty("start").GetInt64(), e.GetProperty("length").GetInt64(), e.GetProperty("depth").GetInt32(), e.GetProperty("present").GetBoolean(), e.GetProperty("data").GetBoolean()))];
    }

    /// <summary>A stretch of a disk and where it is: in the layer itself at depth 0, below it at others.</summary>
    internal sealed record Extent(long Start, long Length, int Depth, bool Present, bool Data)
    {
        public long End => Start + Length;
    }
}
