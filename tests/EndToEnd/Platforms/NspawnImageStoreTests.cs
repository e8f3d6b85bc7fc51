using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>Builds the smallest real images in a folder of their own.</summary>
public sealed class NspawnImageStoreTests : IDisposable
{
    // Not in /tmp, which is often in memory.
    private readonly string root = Directory.CreateDirectory("/var/tmp/agentworks-test-" + Guid.NewGuid().ToString("N")).FullName;
    private readonly ProcessRunner processes = new();
    private readonly NspawnImageStore store;
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NspawnImageStoreTests() => store = NewStore();

    private string Images => Path.Combine(root, "images");

    [MachineFact]
    public async Task OfTwoBuildersAtOnceOneBuildsAndWhatAKilledOneLeftIsCleared()
    {
        var left = Directory.CreateDirectory(Path.Combine(Images, "0123456789abcdef.new", "rootfs", "proc")).FullName;
        await processes.RunAsync("mount", ["-t", "proc", "proc", left], null, CancellationToken.None);
        var sinks = new[] { new ListSink(), new ListSink() };

        var roots = await Task.WhenAll(sinks.Select(s => NewStore().EnsureAsync(Smallest(), s, CancellationToken.None)));

        Assert.Equal(roots[0], roots[1]);
        Assert.True(File.Exists(Path.Combine(roots[0], "etc/debian_version")));
        Assert.False(MountTable.IsMounted(left));
        Assert.Empty(Directory.GetDirectories(Images, "*.new"));
        Assert.Single(Directory.GetDirectories(Images));

        // One saw the work, the other only that it waited.
        var percents = sinks.Select(s => s.Events.OfType<ProgressEvent>().Select(e => e.Percent).OfType<int>().Distinct().Count());
        Assert.Equal([0, 1], percents.Order().Select(p => p > 5 ? 1 : 0));
        foreach (var sink in sinks.Where(s => s.Events.OfType<ProgressEvent>().Any(e => e.Percent > 0)))
        {
            var shown = sink.Events.OfType<ProgressEvent>().Select(e => e.Percent).OfType<int>().ToList();
            Assert.Equal(shown.Order(), shown);
            Assert.True(sink.Events.OfType<ProgressEvent>().Last().Completed);
        }

        Assert.Contains("base-files ", await File.ReadAllTextAsync(roots[0] + ".packages"), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task TheBuilderThatOutlivedItsStarterIsWaitedFor()
    {
        var left = Directory.CreateDirectory(Path.Combine(Images, "0123456789abcdef.new")).FullName;
        var input = new HeldStream();
        var orphan = processes.RunAsync(
            "flock",
            ["--no-fork", Path.Combine(Images, "build.lock"), "sh", "-c", "echo; read -r line; test -d \"$0\"", left],
            new ProcessOptions(Input: input, OnOutputLine: _ => held.SetResult()),
            CancellationToken.None);
        await held.Task;
        var sink = new ListSink(e =>
        {
            if (e is ProgressEvent { Percent: null })
            {
                input.LetGo();
            }
        });
        var inputs = Smallest() with { Sources = ["deb [trusted=yes] copy:/nonexistent bookworm main"] };

        await Assert.ThrowsAsync<PlatformException>(() => store.EnsureAsync(inputs, sink, CancellationToken.None));

        Assert.True((await orphan).Succeeded);
        Assert.False(Directory.Exists(left));
    }

    [MachineFact]
    public async Task OnlyImagesWithoutMachinesAreUnused()
    {
        var layout = new NspawnLayout(root);
        string[] keys = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"];
        Assert.All(keys, k => Directory.CreateDirectory(store.RootOf(k)));
        Directory.CreateDirectory(layout.For("m1").Folder);
        new OwnerRecord("test", "m", "m", "/w", keys[0], DateTimeOffset.UnixEpoch).Write(layout.For("m1").Owner);

        var removed = await store.RemoveUnusedAsync(CancellationToken.None);

        Assert.Equal([keys[1]], removed);
        Assert.True(store.Has(keys[0]));
        Assert.False(store.Has(keys[1]));
    }

    [MachineFact]
    public async Task CancellingLeavesNothingUnfinished()
    {
        using var cancel = new CancellationTokenSource();
        var sink = new ListSink(e =>
        {
            if (e is ProgressEvent { Percent: > 15 })
            {
                cancel.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.EnsureAsync(Smallest(), sink, cancel.Token));

        Assert.Empty(Directory.GetDirectories(Images));
        Assert.Empty(MountTable.Below(root));
    }

    [MachineFact]
    public async Task AMirrorThatIsNoneIsAnErrorAndLeavesNothing()
    {
        var inputs = Smallest() with { Sources = ["deb [trusted=yes] copy:/nonexistent bookworm main"] };

        await Assert.ThrowsAsync<PlatformException>(() => store.EnsureAsync(inputs, NullEventSink.Instance, CancellationToken.None));

        Assert.Empty(Directory.GetDirectories(Images));
    }

    public void Dispose()
    {
        Assert.Empty(MountTable.Below(root));
        Directory.Delete(root, recursive: true);
    }

    private NspawnImageStore NewStore() => new(processes, TimeProvider.System, new NspawnLayout(root));

    private static ImageInputs Smallest() => ImageInputs.Default() with { Packages = ["netbase"], Finish = "true; " + Listing };

    private const string Listing = """chroot "$1" dpkg-query -W -f '${Package} ${Version}\n' > "$1.packages" """;

    private sealed class ListSink(Action<EngineEvent>? also = null) : IEventSink
    {
        public List<EngineEvent> Events { get; } = [];

        public void Report(EngineEvent engineEvent)
        {
            lock (Events)
            {
                Events.Add(engineEvent);
            }

            also?.Invoke(engineEvent);
        }
    }
}
