using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>
/// The operator's process is killed at every step. The same command again must finish the work, and removal instead must leave nothing: no
/// mount, namespace, control group, subvolume, process or record.
/// </summary>
[Collection("dedicated")]
public sealed class DedicatedCrashTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task MakingConvergesFromEveryStep()
    {
        for (var step = 1; await DiesAsync(step, "dedicated", "crash"); step++)
        {
            if (step % 2 == 0)
            {
                Assert.Equal(LifecycleState.Ready, (await ground.NewAsync("crash")).State);
                Assert.Equal("crash\n", (await ground.RunAsync("crash", "hostname")).Output);
            }

            await VanishesAsync("crash");
        }

        await VanishesAsync("crash");
    }

    [MachineFact]
    public async Task RemovingConvergesFromEveryStep()
    {
        for (var (step, died) = (1, true); died; step++)
        {
            await ground.NewAsync("crash");
            var snapshot = await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "crash", Name = "s" }, Quiet, CancellationToken.None);
            var id = VmId("crash")!;
            died = await DiesAsync(step, "dedicated-remove", "crash");
            await VanishesAsync("crash", id);
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(snapshot.Id));
        }
    }

    [MachineFact]
    public async Task SnapshotsAndRestoresConvergeFromEveryStep()
    {
        await ground.NewAsync("crash");
        await ground.RunAsync("crash", "echo one > file");
        for (var step = 1; await DiesAsync(step, "disk-snapshot", "crash", "s"); step++)
        {
            var made = await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "crash", Name = "s" }, Quiet, CancellationToken.None);
            await ground.Engine.Snapshots.RemoveAsync("crash", "s", Quiet, CancellationToken.None);
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(made.Id));
        }

        for (var (step, died) = (1, true); died; step++)
        {
            await ground.RunAsync("crash", "echo two > file");
            died = await DiesAsync(step, "disk-restore", "crash", "s");
            Assert.Contains((await ground.RunAsync("crash", "cat file")).Output, new[] { "one\n", "two\n" });
            await ground.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "crash", Name = "s", Stop = TimeSpan.Zero }, Quiet, CancellationToken.None);
            Assert.Equal("one\n", (await ground.RunAsync("crash", "cat file")).Output);
            Assert.DoesNotContain(".next", await DedicatedFixture.TracesAsync(VmId("crash")!), StringComparison.Ordinal);
            Assert.DoesNotContain(".old", await DedicatedFixture.TracesAsync(VmId("crash")!), StringComparison.Ordinal);
        }

        await VanishesAsync("crash");
    }

    [MachineFact]
    public async Task ForksConvergeFromEveryStep()
    {
        await ground.NewAsync("crash-source");
        await ground.RunAsync("crash-source", "echo source > file");
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "crash-source", Name = "s" }, Quiet, CancellationToken.None);
        for (var step = 1; await DiesAsync(step, "disk-fork", "crash", "crash-source", "s"); step++)
        {
            if (step % 2 == 0)
            {
                var again = (await ground.Engine.Forks.ForkAsync(new ForkWorkspace("crash-source", ["crash"], "s"), Quiet, CancellationToken.None))[0];
                if (again.Error is null)
                {
                    Assert.Equal("source\ncrash\n", (await ground.RunAsync("crash", "cat file; hostname")).Output);
                }
                else
                {
                    // It had come to its end.
                    Assert.Equal(LifecycleState.Ready, ground.Engine.Workspaces.List().First(one => one.Name == "crash").State);
                }
            }

            await VanishesAsync("crash");
        }

        await VanishesAsync("crash");
        for (var step = 1; await DiesAsync(step, "disk-fork", "crash", "crash-source"); step++)
        {
            await VanishesAsync("crash");
        }

        // What a killed fork of the workspace as it is left behind goes with the next one.
        await VanishesAsync("crash");
        var source = VmId("crash-source")!;
        await ground.RemoveAsync("crash-source");
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(source));
    }

    [MachineFact]
    public async Task ClaimingConvergesFromEveryStepAndNoMachineIsLost()
    {
        for (var (step, died) = (1, true); died; step++)
        {
            await ground.Engine.Pools.SetAsync(Pool(1), Quiet, CancellationToken.None);
            var waiting = ground.Engine.Vms.List().Single(vm => vm.InPool).Id;
            died = await DiesAsync(step, "dedicated", "crash");
            var workspace = await MadeAsync("crash");
            Assert.Equal((true, "crash"), (workspace.FromPool, (await ground.RunAsync("crash", "hostname")).Output.Trim()));
            Assert.Equal(waiting, VmId("crash"));
            await VanishesAsync("crash");
        }

        await ground.Engine.Pools.SetAsync(Pool(0), Quiet, CancellationToken.None);
        Assert.DoesNotContain(ground.Engine.Vms.List(), vm => vm.InPool);
    }

    [MachineFact]
    public async Task PoolsConvergeFromEveryStep()
    {
        for (var step = 1; await DiesAsync(step, "pool", "none", "2"); step++)
        {
            if (step % 3 == 0)
            {
                var pool = await ground.Engine.Pools.SetAsync(Pool(2), Quiet, CancellationToken.None);
                Assert.Equal((2, 0), (pool!.Ready, pool.Starting));
            }

            var ids = ground.Engine.Vms.List().Where(vm => vm.InPool).Select(vm => vm.Id).ToArray();
            await ground.Engine.Pools.SetAsync(Pool(0), Quiet, CancellationToken.None);
            foreach (var id in ids)
            {
                Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
            }
        }

        await ground.Engine.Pools.SetAsync(Pool(0), Quiet, CancellationToken.None);
        Assert.Empty(ground.Engine.Pools.List());
        Assert.DoesNotContain(ground.Engine.Vms.List(), vm => vm.Name.StartsWith("pool-", StringComparison.Ordinal));
    }

    [MachineFact]
    public async Task AMachineThatDiesLosesNothingOnDisk()
    {
        await ground.NewAsync("crash");
        await ground.RunAsync("crash", "echo one > file; sync");
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "crash", Name = "s" }, Quiet, CancellationToken.None);
        await StruckAsync("crash", () => Task.CompletedTask);
        Assert.Equal("one\n", (await ground.RunAsync("crash", "cat file; echo two > file")).Output);

        // In the middle of each.
        await StruckAsync("crash", () => ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "crash" }, Quiet, CancellationToken.None));
        await StruckAsync("crash", () => ground.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "crash", Name = "s", Stop = TimeSpan.Zero }, Quiet, CancellationToken.None));
        await StruckAsync("crash", ForkAsync);
        Assert.Equal("one\n", (await ground.RunAsync("crash-fork", "cat file")).Output);
        await VanishesAsync("crash-fork");

        // A fork when it starts.
        await StruckAsync("crash-fork", ForkAsync);
        if (ground.Engine.Workspaces.List().FirstOrDefault(one => one.Name == "crash-fork") is not { State: LifecycleState.Ready })
        {
            await ForkAsync();
        }

        Assert.Equal("one\n", (await ground.RunAsync("crash-fork", "cat file")).Output);
        await VanishesAsync("crash-fork");
        await VanishesAsync("crash");

        async Task ForkAsync()
        {
            if ((await ground.Engine.Forks.ForkAsync(new ForkWorkspace("crash", ["crash-fork"], "s"), Quiet, CancellationToken.None))[0].Error is { } error)
            {
                throw error;
            }
        }
    }

    /// <summary>A machine dies in the middle of something, or as soon as it starts in it, and runs again.</summary>
    private async Task StruckAsync(string machine, Func<Task> change)
    {
        var work = change();
        var struck = await PowerCut.StrikeSoonAsync(() => VmId(machine), work);
        try
        {
            await work;
        }
        catch (AgentworksException)
        {
            // It may fail. What was there before may not.
        }

        Assert.True(struck);
        await ground.AwakenAsync("crash");
        await ground.AwakenAsync("crash-fork");
        Assert.Contains((await ground.RunAsync("crash", "cat file")).Output, new[] { "one\n", "two\n" });
    }

    private static NewWorkspacePool Pool(int count) => new() { Count = count, Platform = "nspawn", DiskGiB = 2, MemoryMiB = 300 };

    /// <summary>What the killed one left is finished; what had come to its end is there.</summary>
    private async Task<AgwWorkspace> MadeAsync(string name) =>
        ground.Engine.Workspaces.List().FirstOrDefault(one => one.Name == name && one.State == LifecycleState.Ready) ?? await ground.NewAsync(name);

    private async Task VanishesAsync(string name, string? id = null)
    {
        id ??= VmId(name);
        if (ground.Engine.Workspaces.List().Any(one => one.Name == name))
        {
            await ground.RemoveAsync(name);
        }

        Assert.DoesNotContain(ground.Engine.Vms.List(), vm => vm.Name == name);
        if (id is not null)
        {
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
        }
    }

    private string? VmId(string name) => ground.Engine.Vms.List().FirstOrDefault(vm => vm.Name == name)?.Id;

    private Task<bool> DiesAsync(int step, string kind, string name, params string[] more) => KilledMaker.DiesAsync(ground.Home, step, kind, name, more);
}
