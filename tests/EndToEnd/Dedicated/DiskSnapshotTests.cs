using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>Snapshots and forks of whole machines.</summary>
[Collection("dedicated")]
public sealed class DiskSnapshotTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task RestoringBringsTheWholeDiskBackAndKeepsNewerSnapshots()
    {
        await ground.NewAsync("undo");
        await ground.RunAsync("undo", "echo one > file");
        await ground.RootAsync("undo", "echo one > /etc/of-root");
        var first = await SnapshotAsync("undo", "first");
        Assert.Equal((SnapshotScope.Disk, false), (first.Scope, first.HasMemory));
        await ground.RunAsync("undo", "echo two > file; head -c 8M /dev/urandom > big");
        await ground.RootAsync("undo", "echo two > /etc/of-root; rm /usr/bin/less");
        var second = await SnapshotAsync("undo", "second");
        Assert.Equal("first", second.Parent);

        var hostKey = await ground.RootAsync("undo", "cat /etc/ssh/ssh_host_ed25519_key.pub");
        await RestoreAsync("undo", "first");
        Assert.Equal("one\nundo\n", (await ground.RunAsync("undo", "cat file; hostname")).Output);
        Assert.Equal("one\n/usr/bin/less", await ground.RootAsync("undo", "cat /etc/of-root; ls /usr/bin/less"));
        Assert.Equal(hostKey, await ground.RootAsync("undo", "cat /etc/ssh/ssh_host_ed25519_key.pub"));
        await RestoreAsync("undo", "second");
        Assert.Equal("two\n", (await ground.RunAsync("undo", "cat file")).Output);

        // Real sizes: what only the second has is in its own.
        await ground.RunAsync("undo", "rm big");
        var sizes = new Dictionary<string, AgwSnapshot>(StringComparer.Ordinal);
        await Eventually.BecomesAsync(
            async () =>
            {
                await foreach (var measured in ground.Engine.Snapshots.MeasureAsync([.. ground.Engine.Snapshots.List().Where(one => one.Workspace == "undo")], Quiet, CancellationToken.None))
                {
                    sizes[measured.Name] = measured;
                }

                return sizes["second"].UsedBytes is >= 8 << 20 and < 64 << 20 && sizes["first"] is { UsedBytes: >= 0 and <= 8 << 20, ReferencedBytes: > 100 << 20 };
            },
            "the second snapshot holds what only it has, and the first all that both have");

        var vm = ground.Engine.Vms.List().First(one => one.Name == "undo").Id;
        await ground.RemoveAsync("undo");
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(vm));
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(first.Id));
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(second.Id));
    }

    [MachineFact]
    public async Task MemoryIsRefused()
    {
        await ground.NewAsync("memory");
        await Assert.ThrowsAsync<NotSupportedByPlatformException>(
            () => ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "memory", Name = "m", Memory = true }, Quiet, CancellationToken.None));
        Assert.DoesNotContain(ground.Engine.Snapshots.List(), one => one.Workspace == "memory");
        await ground.RemoveAsync("memory");
    }

    [MachineFact]
    public async Task ForksAreMachinesOfTheirOwnAndProtectTheirSnapshot()
    {
        await ground.NewAsync("source", request => request with { MemoryMiB = 300 });
        await ground.RunAsync("source", "git init -q -b main; git config user.name n; git config user.email e@example.org; echo code > code; git add .; git commit -qm first");
        var commit = (await ground.RunAsync("source", "git rev-parse HEAD")).Output.Trim();
        var snapshot = await SnapshotAsync("source", "base");
        Assert.Equal(commit, snapshot.HeadCommit);
        await ground.RunAsync("source", "echo more > more");

        string[] names = ["fork-1", "fork-2", "fork-3"];
        foreach (var outcome in await ground.Engine.Forks.ForkAsync(new ForkWorkspace("source", names, "base"), Quiet, CancellationToken.None))
        {
            Assert.Null(outcome.Error);
            Assert.Equal(("source", "base", commit, 300, LifecycleState.Ready), (outcome.Value!.ParentWorkspace, outcome.Value.ParentSnapshot, outcome.Value.ForkPoint, outcome.Value.MemoryMiB, outcome.Value.State));
        }

        var identities = new List<string>();
        foreach (var name in names.Append("source"))
        {
            identities.AddRange((await ground.RootAsync(name, "cat /etc/machine-id; cut -d ' ' -f 2 /etc/ssh/ssh_host_ed25519_key.pub; hostname; md5sum < /var/lib/systemd/random-seed; cat /etc/agentworks/machine")).Split('\n').Where(line => !line.StartsWith("owner=", StringComparison.Ordinal)));
        }

        Assert.Equal(20, identities.Count);
        Assert.Equal(identities.Count, identities.Distinct(StringComparer.Ordinal).Count());
        var fork = await ground.RunAsync("fork-2", "cat code; ls; id -un; git status --porcelain");
        Assert.Equal("code\ncode\nworkspace\n", fork.Output);

        await Assert.ThrowsAsync<HasDependentsException>(() => ground.Engine.Snapshots.RemoveAsync("source", "base", Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<HasDependentsException>(() => ground.RemoveAsync("source"));
        Assert.Equal("more\n", (await ground.RunAsync("source", "cat more")).Output);

        // Of the workspace as it is, and no snapshot stays behind.
        var live = (await ground.Engine.Forks.ForkAsync(new ForkWorkspace("source", ["live"]), Quiet, CancellationToken.None))[0];
        Assert.Null(live.Error);
        Assert.Equal("more\n", (await ground.RunAsync("live", "cat more")).Output);
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync("live-" + ground.Engine.Vms.List().First(one => one.Name == "source").Id));
        Assert.Equal(commit, live.Value!.ForkPoint);

        // Its work is what came since, also when the source took back what it had then.
        await ground.RunAsync("live", "echo work > work; git add work; git commit -qm work");
        await ground.RunAsync("source", "rm more; echo other > code; git commit -q --amend -am other");
        var merged = (await ground.Engine.Merges.MergeAsync(
            new MergeWorkspaces { Into = "source", Sources = ["live"], Strategy = MergeStrategy.CherryPick }, Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, 1, "work"), (merged.Success, merged.CommitsApplied, merged.Commits[0].Subject));
        Assert.Equal("other\nwork\n", (await ground.RunAsync("source", "cat code work")).Output);

        foreach (var name in names.Append("live").Append("source"))
        {
            await ground.RemoveAsync(name);
        }

        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(snapshot.Id));
    }

    private Task<AgwSnapshot> SnapshotAsync(string workspace, string name) =>
        ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = workspace, Name = name }, Quiet, CancellationToken.None);

    private Task RestoreAsync(string workspace, string name) =>
        ground.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = workspace, Name = name, Stop = TimeSpan.Zero }, Quiet, CancellationToken.None);
}
