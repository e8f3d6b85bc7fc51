namespace Agentworks.Platforms.Qemu;

/// <summary>The disk of a running machine, as QEMU has it.</summary>
internal sealed class QemuDisks(QmpClient control)
{
    /// <summary>The layer that it writes to now, by its name inside QEMU.</summary>
    public async Task<string?> CurrentAsync(CancellationToken cancellationToken)
    {
        var disks = await control.ExecuteAsync("query-block", null, cancellationToken).ConfigureAwait(false);
        return disks.EnumerateArray()
            .Select(d => d.TryGetProperty("inserted", out var inserted) && inserted.TryGetProperty("node-name", out var node) ? node.GetString() : null)
            .FirstOrDefault(n => n?.StartsWith(DiskLayer.NodeOf(string.Empty), StringComparison.Ordinal) == true);
    }

    /// <summary>Has it write to an empty layer that lies on the current one, from one instant to the next.</summary>
    public async Task SwitchAsync(string current, DiskLayer next, CancellationToken cancellationToken)
    {
        var nodes = await control.ExecuteAsync("query-named-block-nodes", new { flat = true }, cancellationToken).ConfigureAwait(false);
        if (!nodes.EnumerateArray().Any(n => n.GetProperty("node-name").GetString() == next.Node))
        {
            var node = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["driver"] = "qcow2",
                ["node-name"] = next.Node,
                ["file"] = new { driver = "file", filename = next.File, discard = "unmap" },
                ["discard"] = "unmap",
                ["detect-zeroes"] = "unmap",

                // What lies below it is what is open already.
                ["backing"] = null,
            };
            await control.ExecuteAsync("blockdev-add", node, cancellationToken).ConfigureAwait(false);
        }

        await control.ExecuteAsync("blockdev-snapshot", new { node = current, overlay = next.Node }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Shows the machine a larger disk.</summary>
    public Task GrowAsync(DiskLayer layer, int gib, CancellationToken cancellationToken) => control.ExecuteAsync(
        "block_resize", new Dictionary<string, object>(StringComparer.Ordinal) { ["node-name"] = layer.Node, ["size"] = (long)gib << 30 }, cancellationToken);
}
