using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Forks: many at once, each its own user's though no file was given away; and nothing is left of them.</summary>
[Collection("machine")]
public sealed class ForkTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Root = TreeGround.Root;
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private readonly TreeGround _ground = new(machine);

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await _ground.MakeAsync("gold", new NewAgent { Name = "guest", Workspaces = ["gold"] }, new NewAgent { Name = "roamer", AllWorkspaces = true });
        await machine.RunAsync("echo key > key && chmod 600 key", workspace: "gold");
        await machine.RunAsync("echo guest > guest; chmod 600 guest", "guest", "gold");
        await machine.RunAsync("echo roamer > roamer; chmod 600 roamer", "roamer", "gold");
        await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "gold", Name = "prepared" }, Quiet, CancellationToken.None);
    }

    public Task DisposeAsync() => new MachineFactAttribute().Skip is null ? _ground.RemoveAsync() : Task.CompletedTask;

    [MachineFact]
    public async Task AreTheirOwnUsers()
    {
        var forks = await ForkAsync("prepared", "one", "two", "three");
        Assert.All(forks, fork => Assert.Equal(("gold", "prepared", LifecycleState.Ready), (fork.ParentWorkspace, fork.ParentSnapshot, fork.State)));
        Assert.All(forks, fork => Assert.Equal(40, fork.ForkPoint!.Length));
        Assert.Equal("3\n", (await machine.RootAsync("grep -c ' idmapped\\| rw,.*idmapped' /proc/self/mountinfo")).Output);

        // Its own files, those of the agent that may enter, and nobody else's: not even the source's user sees them.
        Assert.Equal("one\nkey\nguest\n", (await machine.RunAsync("cat file key guest; echo changed > file", workspace: "one")).Output);
        Assert.Equal("one\n", (await machine.RunAsync("cat file", workspace: "two")).Output);
        Assert.Equal("one\n", (await machine.RunAsync("cat file", workspace: "gold")).Output);
        Assert.Equal("agt-roamer ws-one\nws-one ws-one\nws-one ws-one\n", (await machine.RootAsync($"cd {Root}/one && stat -c '%U %G' roamer guest key")).Output);
        Assert.Equal("roamer\n", (await machine.RunAsync("cat roamer; echo more >> roamer; git status --short >/dev/null", "roamer", "one")).Output);
        foreach (var other in new[] { "ws-gold", "ws-two", "agt-guest" })
        {
            Assert.NotEqual(0, (await machine.RootAsync($"setpriv --reuid={other} --regid={other} --init-groups ls {Root}/one")).ExitCode);
            Assert.NotEqual(0, (await machine.RootAsync($"setpriv --reuid={other} --regid={other} --init-groups ls {Root}/_trees/ws-one/fork")).ExitCode);
        }

        // No setuid program and no device works there.
        Assert.Contains("nosuid,nodev", (await machine.RootAsync($"findmnt -no OPTIONS {Root}/one")).Output, StringComparison.Ordinal);
        await InPlaceAsync("one", "two", "three");
    }

    [MachineFact]
    public async Task SurviveARestartOfTheMachine()
    {
        await ForkAsync("prepared", "one", "two");
        await machine.RunAsync("echo kept > kept", workspace: "one");
        await machine.Engine.Vms.RestartAsync(MachineFixture.Vm, TimeSpan.FromSeconds(10), Quiet, CancellationToken.None);
        Assert.Equal("kept\nkey\n", (await machine.RunAsync("cat kept key", workspace: "one")).Output);
        await InPlaceAsync("one", "two");

        // Where the mount is missing nobody gets in, and a repair brings it back.
        await machine.RootAsync($"umount {Root}/one");
        Assert.NotEqual(0, (await machine.RootAsync($"setpriv --reuid=ws-one --regid=ws-one --init-groups ls {Root}/one")).ExitCode);
        var repaired = await machine.Engine.WorkspaceUpkeep.RepairAsync("one", Quiet, CancellationToken.None);
        Assert.Equal(StepState.Changed, repaired.Steps.Single(step => step.Name == "workspace-mount").State);
        Assert.Equal("kept\n", (await machine.RunAsync("cat kept", workspace: "one")).Output);
    }

    [MachineFact]
    public async Task AreWorkspacesLikeAllOthers()
    {
        await ForkAsync("prepared", "one");
        var saved = await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "one", Name = "own" }, Quiet, CancellationToken.None);
        Assert.Equal("btrfs", saved.Provider);
        await machine.RunAsync("echo later > file", workspace: "one");

        // A fork of a fork, of its snapshot and as it is.
        await machine.Engine.Forks.ForkAsync(new ForkWorkspace("one", ["deep"], "own"), Quiet, CancellationToken.None);
        await machine.Engine.Forks.ForkAsync(new ForkWorkspace("one", ["live"]), Quiet, CancellationToken.None);
        Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "deep")).Output);
        Assert.Equal("later\nkey\n", (await machine.RunAsync("cat file key", workspace: "live")).Output);
        Assert.Equal("ws-deep ws-deep\n", (await machine.RootAsync($"stat -c '%U %G' {Root}/deep/key")).Output);

        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "one", Name = "own" }, Quiet, CancellationToken.None);
        Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "one")).Output);

        // Within the file system the mount moves; to another one the files do.
        await machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "one", Path = $"{Root}/moved/one" }, Quiet, CancellationToken.None);
        Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "one")).Output);
        Assert.NotNull(machine.Engine.Workspaces.List().Single(workspace => workspace.Name == "one").ParentSnapshot);
        await machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "one", Path = "/srv/forks/one" }, Quiet, CancellationToken.None);
        Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "one")).Output);
        Assert.Equal("ws-one ws-one\n", (await machine.RootAsync("stat -c '%U %G' /srv/forks/one/key")).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync("grep ws-one$ /etc/agentworks/mapped")).Output);
        await machine.RunAsync("echo again > file", workspace: "one");
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "one", Name = "own" }, Quiet, CancellationToken.None);
        Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "one")).Output);
        await InPlaceAsync("one", "deep", "live");
        await machine.RootAsync($"rmdir {Root}/moved");
    }

    [MachineFact]
    public async Task ProtectTheirSnapshotUntilTheyArePromoted()
    {
        await ForkAsync("prepared", "one", "two");
        Assert.Equal(["one", "two"], machine.Engine.Snapshots.List().Single().Forks);
        var refused = await Assert.ThrowsAsync<HasDependentsException>(() => machine.Engine.Snapshots.RemoveAsync("gold", "prepared", Quiet, CancellationToken.None));
        Assert.Contains("one, two", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HasDependentsException>(() => machine.Engine.Workspaces.RemoveAsync("gold", cascade: true, Quiet, CancellationToken.None));
        await machine.Engine.Snapshots.PromoteAsync("one", Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("two", cascade: true, Quiet, CancellationToken.None);

        // The source goes, and so may whoever has its user id next: the fork stays its own user's.
        await machine.Engine.Workspaces.RemoveAsync("gold", cascade: true, Quiet, CancellationToken.None);
        Assert.Empty(machine.Engine.Snapshots.List());
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "next" }, Quiet, CancellationToken.None);
        Assert.Equal("key\n", (await machine.RunAsync("cat key", workspace: "one")).Output);
        Assert.NotEqual(0, (await machine.RootAsync($"setpriv --reuid=ws-next --regid=ws-next --init-groups ls {Root}/one")).ExitCode);
        Assert.Equal("gold", machine.Engine.Workspaces.List().Single(workspace => workspace.Name == "one").ParentWorkspace);
    }

    [MachineFact]
    public async Task FailOneByOne()
    {
        await ForkAsync("prepared", "one");
        await machine.RootAsync($"mkdir -p {Root}/taken/by; chown 12345 {Root}/taken");
        var outcomes = await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", ["one", "No", "taken", "two"], "prepared"), Quiet, CancellationToken.None);
        Assert.Equal(["one", "No", "taken", "two"], outcomes.Select(outcome => outcome.Name));
        Assert.IsType<AlreadyExistsException>(outcomes[0].Error);
        Assert.IsType<InvalidNameException>(outcomes[1].Error);
        Assert.IsType<RemoteCommandException>(outcomes[2].Error);
        Assert.NotNull(outcomes[3].Value);
        await machine.RootAsync($"rm -rf {Root}/taken");
    }

    [MachineFact]
    public async Task AreWholeOrNotThereOnADiskThatIsFull()
    {
        await machine.RunAsync("head -c 50000000 /dev/urandom > large", workspace: "gold");
        await machine.RootAsync("sync -f /root; for size in 2000 1000 500 200 100 50 20 10 5 2 1; do fallocate -l ${size}M /root/full.$size; done; i=0; while printf %4000d 0 > /root/full.$i.x; do i=$((i+1)); [ $i -lt 200000 ] || break; done; sync -f /root");
        var outcomes = await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", ["one", "two"], "prepared"), Quiet, CancellationToken.None);
        await machine.RootAsync("rm -f /root/full.*; sync -f /root");
        foreach (var outcome in outcomes.Where(outcome => outcome.Error is not null))
        {
            Assert.Contains("space", outcome.Error!.Message, StringComparison.OrdinalIgnoreCase);
            if (machine.Engine.Workspaces.List().Any(workspace => workspace.Name == outcome.Name))
            {
                await machine.Engine.Workspaces.RemoveAsync(outcome.Name, cascade: true, Quiet, CancellationToken.None);
            }
        }

        foreach (var made in outcomes.Where(outcome => outcome.Value is not null))
        {
            Assert.Equal("one\n", (await machine.RunAsync("cat file", workspace: made.Name)).Output);
        }
    }

    [MachineFact]
    public async Task AConnectionThatIsCutIsSettled()
    {
        for (var frame = 1; frame <= 9; frame += 2)
        {
            await TryAsync(frame, engine => engine.Forks.ForkAsync(new ForkWorkspace("gold", ["cut"], "prepared"), Quiet, CancellationToken.None));
            if (machine.Engine.Workspaces.List().FirstOrDefault(workspace => workspace.Name == "cut")?.State != LifecycleState.Ready)
            {
                Assert.Null((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", ["cut"], "prepared"), Quiet, CancellationToken.None))[0].Error);
            }

            await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "cut", Name = "own" }, Quiet, CancellationToken.None);
            await machine.RunAsync("echo later > file", workspace: "cut");
            if (!await TryAsync(frame, engine => engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "cut", Name = "own" }, Quiet, CancellationToken.None)))
            {
                await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "cut", Name = "own" }, Quiet, CancellationToken.None);
            }

            Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "cut")).Output);
            await machine.Engine.Workspaces.RemoveAsync("cut", cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task NothingThatAgentsPlantedMakesMoreOfIt()
    {
        // Links in the way of whatever root might write, a program that would run as its owner, and a capability that nobody there can set.
        await machine.RunAsync("cp /bin/id suid; chmod 4755 suid; ln -s /etc .git/hooks/etc; ln -sfn /etc/passwd out; mkdir -p deep/_trees; ln -s / deep/root", workspace: "gold");
        await machine.RunAsync("cp /bin/id asuid; chmod 6755 asuid", "roamer", "gold");
        var before = (await machine.RootAsync("sha256sum /etc/passwd /etc/shadow /etc/group | cut -c 1-64")).Output;
        Assert.Null((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", ["planted"]), Quiet, CancellationToken.None))[0].Error);
        Assert.Equal("agt-guest\n", (await machine.RootAsync($"usermod -aG ws-planted agt-guest; setpriv --reuid=agt-guest --regid=agt-guest --init-groups {Root}/planted/suid -un")).Output);
        Assert.Equal("agt-guest\n", (await machine.RootAsync($"setpriv --reuid=agt-guest --regid=agt-guest --init-groups {Root}/planted/asuid -un")).Output);
        await machine.Engine.Workspaces.RemoveAsync("planted", cascade: true, Quiet, CancellationToken.None);
        Assert.Equal(before, (await machine.RootAsync("sha256sum /etc/passwd /etc/shadow /etc/group | cut -c 1-64")).Output);
    }

    private async Task<bool> TryAsync(int frame, Func<AgentworksEngine, Task> work)
    {
        var once = Path.Combine(machine.Home, "cut-once");
        await File.WriteAllTextAsync(once, string.Empty);
        await using var engine = AgentworksEngine.Open(TestOptions.For(machine.Home) with
        {
            Connect = command => command with
            {
                FileName = "dotnet",
                Arguments =
                [
                    "exec", Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll"), "cut",
                    frame.ToString(System.Globalization.CultureInfo.InvariantCulture), once, command.FileName, .. command.Arguments,
                ],
            },
        });
        try
        {
            await work(engine);
            return true;
        }
        catch (AgentworksException)
        {
            return false;
        }
    }

    [MachineFact]
    public async Task KilledAnywhereTheyConverge()
    {
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "fork", "gold", "prepared", "one", "two"); step++)
        {
            if (step % 2 == 0)
            {
                Assert.All(await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", ["one", "two"], "prepared"), Quiet, CancellationToken.None), outcome => Assert.Null(outcome.Error));
                Assert.Equal("one\nkey\n", (await machine.RunAsync("cat file key", workspace: "two")).Output);
            }

            foreach (var name in new[] { "one", "two" })
            {
                await machine.Engine.Workspaces.RemoveAsync(name, cascade: true, Quiet, CancellationToken.None);
            }

            Assert.Equal(string.Empty, (await machine.RootAsync($"getent passwd ws-one ws-two; getent group ws-one ws-two; ls -d {Root}/one {Root}/two {Root}/_trees/ws-one 2>/dev/null; cat /etc/agentworks/mapped")).Output);
        }
    }

    private async Task<IReadOnlyList<AgwWorkspace>> ForkAsync(string? snapshot, params string[] names) =>
        [.. (await machine.Engine.Forks.ForkAsync(new ForkWorkspace("gold", names, snapshot), Quiet, CancellationToken.None)).Select(outcome => outcome.Value ?? throw outcome.Error!)];

    private async Task InPlaceAsync(params string[] workspaces)
    {
        var checks = await Outcomes.DrainAsync(machine.Engine.WorkspaceUpkeep.CheckAsync(workspaces, CancellationToken.None));
        Assert.Empty(checks.Where(check => check.Status == DriftStatus.Drifted && check.Check is not ("workspace-modes" or "workspace-acls" or "workspace-groups" or "workspace-repository")).Select(check => check.ToString() + check.Detail));
    }
}
