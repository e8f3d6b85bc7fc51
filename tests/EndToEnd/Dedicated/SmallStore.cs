using System.Globalization;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.Shared;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>
/// A platform with a store of its own, which is soon full, and an operator's folder in it. The folder's name carries the process that made it, so that what
/// a killed one left is found and cleared.
/// </summary>
internal sealed class SmallStore : IAsyncDisposable
{
    private const string Prefix = "/var/lib/agentworks-test-";

    /// <summary>Takes all the room that there is in a btrfs, until not even a snapshot can be made.</summary>
    public const string Fill = """
        cd "$1"
        mkdir filler
        btrfs -q subvolume create filler/source
        for size in 1M 64k 4k 1k; do
          head -c 4G /dev/zero | split -b "$size" -a 6 - "filler/$size." 2> /dev/null || :
          sync --file-system .
        done
        round=0 failed=0
        while [ "$failed" -lt 3 ]; do
          round=$((round + 1))
          perl -e 'for (1 .. 100000) { open my $file, ">", "filler/$ARGV[0].$_" or last }' "$round"
          if btrfs -q subvolume snapshot filler/source "filler/snapshot.$round" 2> /dev/null; then failed=0; else failed=$((failed + 1)); fi
          sync --file-system . || :
        done
        """;

    public const string MakeRoom = """
        cd "$1"
        for each in filler/source filler/snapshot.*; do
          [ ! -e "$each" ] || btrfs -q subvolume delete "$each"
        done
        rm -rf filler
        sync --file-system .
        btrfs filesystem sync .
        """;

    private readonly string _root;

    private SmallStore(string root) => (_root, Engine) = (root, Open(root));

    public AgentworksEngine Engine { get; }

    /// <summary>Where the store is mounted.</summary>
    public string Path => new NspawnLayout(_root).Store;

    /// <param name="spareMiB">How much room there is beside the image.</param>
    public static async Task<SmallStore> CreateAsync(int spareMiB)
    {
        foreach (var left in Directory.GetDirectories("/var/lib", System.IO.Path.GetFileName(Prefix) + "*"))
        {
            var words = left[Prefix.Length..].Split('-').Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            if (LinuxProcess.StartOf((int)words[0]) != words[1])
            {
                await ClearAsync(left, Open(left));
            }
        }

        var all = new NspawnPlatform(new ProcessRunner(), TimeProvider.System);
        await ((IImageStore)all).EnsureImageAsync(new ImageRequest { Name = DedicatedImages.DefaultName }, NullEventSink.Instance, CancellationToken.None);
        var root = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{LinuxProcess.StartOf(Environment.ProcessId)}");

        // Mixed: then what fills its data fills its trees too.
        await HereAsync(
            """
            from=$1 to=$2 spare=$3 image=$4
            mkdir -m 0700 "$to" "$to/dedicated"
            size=$(du -sm "$from/images/$image" | cut -f 1)
            truncate -s "$((size + spare))M" "$to/dedicated.btrfs"
            mkfs.btrfs -q --mixed -m single -d single "$to/dedicated.btrfs"
            mount -o loop,noatime "$to/dedicated.btrfs" "$to/dedicated"
            btrfs -q quota enable "$to/dedicated"
            mkdir -m 0700 "$to/dedicated/images"
            btrfs -q subvolume create "$to/dedicated/images/$image"
            cp -a "$from/images/$image/." "$to/dedicated/images/$image/"
            cp "$from/images/$image.json" "$from/images/$image.packages" "$to/dedicated/images/"
            btrfs -q property set -ts "$to/dedicated/images/$image" ro true
            sync --file-system "$to/dedicated"
            """,
            new NspawnLayout(NspawnLayout.DefaultRoot).Store, root, spareMiB.ToString(CultureInfo.InvariantCulture), DedicatedImages.DefaultName);
        return new SmallStore(root);
    }

    public Task FillAsync() => HereAsync(Fill, Path);

    public Task MakeRoomAsync() => HereAsync(MakeRoom, Path);

    /// <summary>The roots and snapshots that there are.</summary>
    public IReadOnlyList<string> Subvolumes() =>
        [.. new[] { "roots", "snapshots" }.Select(folder => System.IO.Path.Combine(Path, folder)).Where(Directory.Exists).SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync() => await ClearAsync(_root, Engine);

    private static AgentworksEngine Open(string root) => AgentworksEngine.Open(TestOptions.For(System.IO.Path.Combine(root, "home")) with
    {
        Platforms = new PlatformRegistry([new NspawnPlatform(new ProcessRunner(), TimeProvider.System, root)]),
    });

    private static async Task ClearAsync(string root, AgentworksEngine engine)
    {
        var store = new NspawnLayout(root).Store;
        if (MountTable.IsMounted(store))
        {
            await HereAsync(MakeRoom, store);
        }

        await using (engine)
        {
            foreach (var vm in engine.Vms.List())
            {
                await engine.Vms.RemoveAsync(vm.Name, cascade: true, NullEventSink.Instance, CancellationToken.None);
            }
        }

        // What has the counts made anew looks at the store, until all that was removed is cleared away.
        await HereAsync(
            """
            if mountpoint -q "$1/dedicated"; then
              btrfs filesystem sync "$1/dedicated"
              btrfs subvolume sync "$1/dedicated"
              flock "$1/dedicated.btrfs.recount" umount "$1/dedicated"
            fi
            rm -rf "$1"
            """,
            root);
    }

    private static async Task HereAsync(string script, params string[] arguments)
    {
        var result = await new ProcessRunner().RunAsync("/bin/sh", ["-ec", script, "here", .. arguments], new ProcessOptions(), CancellationToken.None);
        Assert.True(result.Succeeded, $"{script}\n{result.Error}");
    }
}
