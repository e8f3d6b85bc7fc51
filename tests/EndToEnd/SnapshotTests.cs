using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Snapshots of the files of a workspace: saved and brought back whole, in a tree, whatever happens meanwhile.</summary>
[Collection("machine")]
public sealed class SnapshotTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Root = TreeGround.Root;

    // The states of pgrep -r: a killed process that nobody has waited for yet is gone.
    private const string Alive = "D,R,S,T";

    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private readonly TreeGround _ground = new(machine);

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await _ground.MakeAsync("tree", new NewAgent { Name = "climber", Workspaces = ["tree"] });
        Assert.Equal(0, (await machine.RunAsync("echo mine > mine; chmod 600 mine; ln -s /etc/shadow out", "climber", "tree")).ExitCode);
    }

    public Task DisposeAsync() => new MachineFactAttribute().Skip is null ? _ground.RemoveAsync() : Task.CompletedTask;

    [MachineFact]
    public async Task RestoringBringsBackExactlyWhatWasThere()
    {
        var before = await ListAsync("tree");
        var saved = await SaveAsync("clean");
        Assert.Equal(("btrfs", SnapshotScope.Tree, true, LifecycleState.Ready), (saved.Provider, saved.Scope, saved.Current, saved.State));
        Assert.Equal((await machine.RunAsync("git rev-parse HEAD", workspace: "tree")).Output.Trim(), saved.HeadCommit);
        await machine.RunAsync("rm -rf .git file mine out; mkdir made; echo x > made/x", workspace: "tree");
        await RestoreAsync("clean");
        Assert.Equal(before, await ListAsync("tree"));
        Assert.Equal("mine\n", (await machine.RunAsync("cat mine", "climber", "tree")).Output);
        Assert.Equal("agt-climber ws-tree 600\n", (await machine.RootAsync($"stat -c '%U %G %a' {Root}/tree/mine")).Output);
        Assert.DoesNotContain(
            await Outcomes.DrainAsync(machine.Engine.WorkspaceUpkeep.CheckAsync(["tree"], CancellationToken.None)),
            check => check.Status == DriftStatus.Drifted && check.Check is "workspace-folder");
    }

    [MachineFact]
    public async Task SnapshotsAreATree()
    {
        await SaveAsync("a");
        await machine.RunAsync("echo b > file", workspace: "tree");
        Assert.Equal("a", (await SaveAsync("b")).Parent);
        await RestoreAsync("a");
        Assert.Equal("a", (await SaveAsync("c")).Parent);
        Assert.Equal(["a", "b", "c"], Names());
        await RestoreAsync("b");
        Assert.Equal("b\n", (await machine.RunAsync("cat file", workspace: "tree")).Output);
        Assert.True(machine.Engine.Snapshots.List().Single(snapshot => snapshot.Name == "b").Current);

        // What is there now is saved, and what descends from the restored one goes.
        await machine.RunAsync("echo d > file", workspace: "tree");
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = "b", Checkpoint = true }, Quiet, CancellationToken.None);
        var extra = Assert.Single(Names().Except(["a", "b", "c"], StringComparer.Ordinal));
        Assert.Equal("b", machine.Engine.Snapshots.List().Single(snapshot => snapshot.Name == extra).Parent);
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = extra }, Quiet, CancellationToken.None);
        Assert.Equal("d\n", (await machine.RunAsync("cat file", workspace: "tree")).Output);
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = "a", RemoveNewer = true }, Quiet, CancellationToken.None);
        Assert.Equal(["a"], Names());

        // Of one that goes, what came from it comes from its parent.
        await SaveAsync("e");
        await SaveAsync("f");
        await machine.Engine.Snapshots.RemoveAsync("tree", "e", Quiet, CancellationToken.None);
        Assert.Equal("a", machine.Engine.Snapshots.List().Single(snapshot => snapshot.Name == "f").Parent);
        Assert.Equal(2, await TreesAsync());
    }

    [MachineFact]
    public async Task SizesAreReal()
    {
        await machine.RunAsync("head -c 3000000 /dev/urandom > large", workspace: "tree");
        await SaveAsync("full");
        await machine.RunAsync("rm large; head -c 1000000 /dev/urandom > other", workspace: "tree");
        await SaveAsync("less");
        var sizes = new Dictionary<string, AgwSnapshot>(StringComparer.Ordinal);
        await foreach (var snapshot in machine.Engine.Snapshots.MeasureAsync(machine.Engine.Snapshots.List(), Quiet, CancellationToken.None))
        {
            sizes[snapshot.Name] = snapshot;
        }

        Assert.InRange(sizes["full"].UsedBytes!.Value, 3_000_000, 3_200_000);
        Assert.InRange(sizes["less"].UsedBytes!.Value, 0, 100_000);
        Assert.InRange(sizes["less"].ReferencedBytes!.Value, 1_000_000, 1_200_000);
    }

    [MachineFact]
    public async Task NobodyIsLeftInFilesThatAreGone()
    {
        await SaveAsync("clean");
        await machine.RunAsync("setsid sleep 1000 > /dev/null 2>&1 & true", "climber", "tree");
        await machine.StartSessionAsync("stands", "tree", "climber", "exec sleep 1000");
        await machine.RunAsync("echo changed > file", workspace: "tree");
        var refused = await Assert.ThrowsAsync<HasDependentsException>(() => RestoreAsync("clean"));
        Assert.Contains("stands", refused.Message, StringComparison.Ordinal);
        Assert.Contains("sleep", refused.Message, StringComparison.Ordinal);
        Assert.Equal("changed\n", (await machine.RunAsync("cat file", workspace: "tree")).Output);
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("stands")).Status);

        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = "clean", Stop = TimeSpan.FromSeconds(2) }, Quiet, CancellationToken.None);
        Assert.Equal("one\n", (await machine.RunAsync("cat file", workspace: "tree")).Output);
        Assert.Equal(SessionStatus.Stopped, (await machine.ObserveAsync("stands")).Status);
        await NobodySleepsAsync();
        await machine.RemoveSessionsAsync("stands");
    }

    [MachineFact]
    public async Task WhoeverHasTheNumberOfAnAgentThatIsGoneGetsNoneOfItsFiles()
    {
        await SaveAsync("clean");
        var number = (await machine.RootAsync("id -u agt-climber")).Output.Trim();
        await machine.Engine.Agents.RemoveAsync("climber", cascade: true, Quiet, CancellationToken.None);
        await machine.RootAsync($"useradd -u {number} -U other");
        try
        {
            await RestoreAsync("clean");
            Assert.Equal("ws-tree\n", (await machine.RootAsync($"stat -c %U {Root}/tree/mine")).Output);
            Assert.Null((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("tree", ["tree-1"], "clean"), Quiet, CancellationToken.None))[0].Error);
            Assert.Equal("ws-tree-1\n", (await machine.RootAsync($"stat -c %U {Root}/tree-1/mine")).Output);
        }
        finally
        {
            await machine.RootAsync("userdel other; groupdel other 2>/dev/null");
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "climber", Workspaces = ["tree"] }, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task ANamespaceThatKeepsTheFolderStandsInTheWay()
    {
        await SaveAsync("clean");
        await machine.RunAsync("mkdir -p ~/elsewhere; unshare --user --map-root-user --mount sh -c 'mount --bind . ~/elsewhere && cd / && exec setsid sleep 1000' > /dev/null 2>&1 & until pgrep -xu $(id -u) sleep; do sleep 0.1; done > /dev/null", "climber", "tree");
        Assert.Equal("1\n", (await machine.RootAsync($"pgrep -r {Alive} -u agt-climber -xc sleep")).Output);
        Assert.Contains("sleep", (await Assert.ThrowsAsync<HasDependentsException>(() => RestoreAsync("clean"))).Message, StringComparison.Ordinal);
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = "clean", Stop = TimeSpan.FromSeconds(1) }, Quiet, CancellationToken.None);
        await NobodySleepsAsync();
    }

    [MachineFact]
    public async Task WhoMayEnterIsAsItIsNow()
    {
        await SaveAsync("clean");
        await machine.Engine.Agents.RevokeAsync("climber", ["tree"], all: false, kill: false, Quiet, CancellationToken.None);
        await RestoreAsync("clean");
        Assert.NotEqual(0, (await machine.RootAsync($"setpriv --reuid=agt-climber --regid=agt-climber --groups=$(id -g ws-tree) ls {Root}/tree")).ExitCode);
    }

    [MachineFact]
    public async Task WhatAgentsPutThereHarmsNothing()
    {
        // Subvolumes of their own, also read-only ones, which a snapshot would leave out; a folder in the way of a name.
        Assert.Equal(0, (await machine.RunAsync("btrfs -q subvolume create inner && echo in > inner/file && btrfs -q subvolume snapshot -r inner frozen && ln -s /root link && mkfifo pipe", "climber", "tree")).ExitCode);
        Assert.Equal("reflink", (await SaveAsync("odd")).Provider);
        await machine.RunAsync("rm -f inner/file", "climber", "tree");
        await RestoreAsync("odd");
        Assert.Equal("in\nin\n", (await machine.RunAsync("cat inner/file frozen/file", "climber", "tree")).Output);
        await machine.Engine.Forks.ForkAsync(new ForkWorkspace("tree", ["odd-1"], "odd"), Quiet, CancellationToken.None);
        Assert.Equal("in\n", (await machine.RunAsync("cat inner/file", workspace: "odd-1")).Output);
        await machine.Engine.Workspaces.RemoveAsync("odd-1", cascade: true, Quiet, CancellationToken.None);
        Assert.NotEqual(0, (await machine.RunAsync($"ls {Root}/_trees", "climber", "tree")).ExitCode);
        Assert.NotEqual(0, (await machine.RunAsync($"ls {Root}/_trees/ws-tree", workspace: "tree")).ExitCode);
    }

    [MachineFact]
    public async Task KilledAnywhereItConverges()
    {
        await SaveAsync("first");
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "snapshot", "tree", "crash"); step++)
        {
            if (step % 2 == 0)
            {
                await SaveAsync("crash");
            }

            await machine.Engine.Snapshots.RemoveAsync("tree", "crash", Quiet, CancellationToken.None);
            Assert.Equal(1, await TreesAsync());
        }

        await machine.Engine.Snapshots.RemoveAsync("tree", "crash", Quiet, CancellationToken.None);
        for (var step = 1; ; step++)
        {
            await machine.RunAsync("echo later > file", workspace: "tree");
            await SaveAsync("second");
            var died = await KilledMaker.DiesAsync(machine.Home, step, "restore-snapshot", "tree", "first");
            await RestoreAsync("first");
            Assert.Equal("one\n", (await machine.RunAsync("cat file", workspace: "tree")).Output);
            var third = await SaveAsync("third");
            Assert.Equal("first", third.Parent);
            await KilledMaker.DiesAsync(machine.Home, Math.Min(step, 2), "remove-snapshot", "tree", "third");
            foreach (var name in new[] { "third", "second" }.Where(Names().Contains))
            {
                await machine.Engine.Snapshots.RemoveAsync("tree", name, Quiet, CancellationToken.None);
            }

            Assert.Equal(1, await TreesAsync());
            if (!died)
            {
                break;
            }
        }

    }

    private async Task NobodySleepsAsync()
    {
        var found = await machine.RootAsync($"pgrep -r {Alive} -u agt-climber sleep");
        Assert.Equal((1, string.Empty), (found.ExitCode, found.Output));
    }

    private async Task<int> TreesAsync() =>
        int.Parse((await machine.RootAsync($"ls -A {Root}/_trees/ws-tree | grep -vc '[.]users$'")).Output, System.Globalization.CultureInfo.InvariantCulture);

    private IReadOnlyList<string> Names() => [.. machine.Engine.Snapshots.List().Select(snapshot => snapshot.Name)];

    private Task<AgwSnapshot> SaveAsync(string name) => machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "tree", Name = name }, Quiet, CancellationToken.None);

    private Task<AgwSnapshot> RestoreAsync(string name) => machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "tree", Name = name }, Quiet, CancellationToken.None);

    private async Task<string> ListAsync(string workspace) => (await machine.RootAsync(
        $"cd {Root}/{workspace} && find . -printf '%P %y %m %U %G %l\\n' | sort; getfacl -cp . ; find . -type f -print0 | sort -z | xargs -0 sha256sum")).Output;
}
