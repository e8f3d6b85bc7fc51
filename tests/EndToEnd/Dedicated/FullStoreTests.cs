using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>No room is left in the store of dedicated machines, or on the disk of one: what fails leaves what was, and with room it works again.</summary>
[Collection("dedicated")]
public sealed class FullStoreTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task InAFullStoreNothingIsLostAndWhatFailedIsDoneOnceThereIsRoom()
    {
        await using var small = await SmallStore.CreateAsync(spareMiB: 200);
        var engine = small.Engine;
        await engine.Dedicated.CreateAsync(New("full"), Quiet, CancellationToken.None);
        await RunAsync(engine, "echo one > file; sync");
        var saved = await engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "full", Name = "saved" }, Quiet, CancellationToken.None);
        await RunAsync(engine, "echo two > file; sync");
        var before = small.Subvolumes();
        await small.FillAsync();

        await Assert.ThrowsAsync<DiskFullException>(() => engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "full", Name = "more" }, Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<DiskFullException>(() => engine.Snapshots.RestoreAsync(Restore("full", "saved"), Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<DiskFullException>(() => engine.Dedicated.CreateAsync(New("another"), Quiet, CancellationToken.None));
        Assert.IsType<DiskFullException>((await engine.Forks.ForkAsync(new ForkWorkspace("full", ["fork"], "saved"), Quiet, CancellationToken.None))[0].Error);
        Assert.IsType<DiskFullException>((await engine.Forks.ForkAsync(new ForkWorkspace("full", ["fork"]), Quiet, CancellationToken.None))[0].Error);

        // All is as it was.
        Assert.Equal(["full"], engine.Workspaces.List().Select(one => one.Name));
        Assert.Equal(["full"], engine.Vms.List().Select(one => one.Name));
        Assert.Equal([saved.Id], engine.Snapshots.List().Select(one => one.Id));
        Assert.Equal(before, small.Subvolumes());
        Assert.Equal("two\n", await RunAsync(engine, "cat file"));

        await small.MakeRoomAsync();
        await engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "full", Name = "more" }, Quiet, CancellationToken.None);
        await engine.Snapshots.RestoreAsync(Restore("full", "saved"), Quiet, CancellationToken.None);
        Assert.Equal("one\n", await RunAsync(engine, "cat file"));
        Assert.Null((await engine.Forks.ForkAsync(new ForkWorkspace("full", ["fork"], "saved"), Quiet, CancellationToken.None))[0].Error);
        Assert.Equal(LifecycleState.Ready, (await engine.Dedicated.CreateAsync(New("another"), Quiet, CancellationToken.None)).State);
    }

    [MachineFact]
    public async Task AMachineWhoseDiskIsFullIsSavedForkedAndRestored()
    {
        await ground.NewAsync("brim", request => request with { DiskGiB = 1 });
        await ground.RunAsync("brim", "echo kept > kept");
        await ground.HasNoRoomAsync("brim", "2G", "/root/beyond");
        await ground.RootAsync("brim", "fallocate -l $(($(df --output=avail -k / | tail -n 1) / 4))k /root/some; i=0; while fallocate -l 8M /root/more.$i 2>/dev/null; do i=$((i+1)); done; sync");
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "brim", Name = "s" }, Quiet, CancellationToken.None);
        var fork = (await ground.Engine.Forks.ForkAsync(new ForkWorkspace("brim", ["brim-fork"], "s"), Quiet, CancellationToken.None))[0];
        Assert.Null(fork.Error);
        await ground.Engine.Snapshots.RestoreAsync(Restore("brim", "s"), Quiet, CancellationToken.None);
        foreach (var name in new[] { "brim", "brim-fork" })
        {
            Assert.Equal($"kept\n{name}\n", (await ground.RunAsync(name, "cat kept; hostname")).Output);
            await ground.HasNoRoomAsync(name, "2G", "/root/beyond");
        }

        await ground.RemoveAsync("brim-fork");
        await ground.RemoveAsync("brim");
    }

    private static NewDedicatedWorkspace New(string name) => new() { Name = name, Platform = "nspawn", DiskGiB = 1, MemoryMiB = 300 };

    private static RestoreSnapshot Restore(string workspace, string name) => new() { Workspace = workspace, Name = name, Stop = TimeSpan.Zero };

    private static async Task<string> RunAsync(AgentworksEngine engine, string command) => (await MachineFixture.RunAsync(engine, command, agent: null, workspace: "full")).Output;
}
