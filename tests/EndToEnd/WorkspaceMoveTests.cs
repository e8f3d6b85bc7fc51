using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Moves on a machine and between machines: at any moment the workspace is at one place, whole.</summary>
[Collection("machine")]
public sealed class WorkspaceMoveTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Old = "/opt/agentworks/workspaces/moves";
    private const string Renamed = "/opt/agentworks/workspaces/elsewhere/moves";
    private const string Copied = "/srv/work/moves";
    private const string Other = "other";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "moves" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "mover", Workspaces = ["moves"] }, Quiet, CancellationToken.None);
            Assert.Equal(0, (await machine.RunAsync("git init -q .; echo text > file; ln -s /etc out; mkdir sub; echo key > sub/key; chmod 600 sub/key", "mover", "moves")).ExitCode);
            await machine.Engine.WorkspaceUpkeep.RepairAsync("moves", Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await machine.Engine.Agents.RemoveAsync("mover", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("moves", cascade: true, Quiet, CancellationToken.None);
        foreach (var vm in machine.Engine.Vms.List().Where(vm => vm.Name == Other))
        {
            await machine.Engine.Vms.RemoveAsync(vm.Name, cascade: true, Quiet, CancellationToken.None);
        }

        Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/*moves* /opt/agentworks/workspaces/.*moves* /opt/agentworks/workspaces/elsewhere/* /opt/agentworks/workspaces/elsewhere/.[a-z]* /srv/work/* /srv/work/.[a-z]* 2>/dev/null; true")).Output);
    }

    [MachineFact]
    public async Task ItIsRenamedOrCopiedAndStaysWhatItIs()
    {
        var list = await ListAsync(Old);
        Assert.Equal((Old, "btrfs"), Place(await MoveAsync(Old)));
        Assert.Equal((Renamed, "btrfs"), Place(await MoveAsync(Renamed)));
        Assert.Equal(list, await ListAsync(Renamed));
        Assert.Equal((Copied, "plain"), Place(await MoveAsync(Copied)));
        Assert.Equal(list, await ListAsync(Copied));
        Assert.Equal(string.Empty, (await machine.RootAsync($"ls -d {Old} {Renamed} 2>/dev/null; true")).Output);

        // git still knows it, for the agent too, and nothing has drifted.
        var git = await machine.RunAsync("git status --short && cat sub/key && echo more >> file", "mover", "moves");
        Assert.True(git.ExitCode == 0, git.ErrorOutput);
        await InPlaceAsync();
        Assert.Equal(Old, (await MoveAsync(Old)).Path);
        Assert.Equal(list.Split('|').Length, (await ListAsync(Old)).Split('|').Length);
    }

    [MachineFact]
    public async Task WhatCannotBeIsRefusedBeforeAnythingIsTouched()
    {
        foreach (var path in new[] { "moves", "/srv/../etc/moves", "/etc/moves", "/srv", "/home/x/y", Old + "/inside", "/opt/agentworks/workspaces", "/opt/agentworks" })
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => MoveAsync(path));
        }

        await machine.RootAsync("mkdir -p /srv/taken /srv/theirs; chown agt-mover /srv/theirs; echo mine > /srv/taken/file; ln -sfn /etc /srv/link");
        await Assert.ThrowsAsync<AlreadyExistsException>(() => MoveAsync("/srv/taken"));
        await Assert.ThrowsAsync<RemoteCommandException>(() => MoveAsync("/srv/theirs/moves"));
        await Assert.ThrowsAsync<RemoteCommandException>(() => MoveAsync("/srv/link/moves"));
        Assert.Equal("mine\n", (await machine.RootAsync("cat /srv/taken/file")).Output);

        await machine.StartSessionAsync("mover", "moves", "mover", "exec sleep 1000");
        await Assert.ThrowsAsync<HasDependentsException>(() => MoveAsync(Renamed));
        Assert.Equal("text\n", (await machine.RunAsync("cat file", workspace: "moves")).Output);
        Assert.Equal(Renamed, (await machine.Engine.WorkspaceMover.MoveAsync(
            new MoveWorkspace { Name = "moves", Path = Renamed, StopSessions = TimeSpan.FromSeconds(1) }, Quiet, CancellationToken.None)).Path);
        Assert.Equal(SessionStatus.Stopped, (await machine.ObserveAsync("mover")).Status);
        await InPlaceAsync();
    }

    [MachineFact]
    public async Task KilledAnywhereItIsAtOnePlace()
    {
        foreach (var target in new[] { Renamed, Copied })
        {
            for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "move", "moves", target); step++)
            {
                if (step % 2 == 0)
                {
                    Assert.Equal(target, (await MoveAsync(target)).Path);
                }
                else
                {
                    await machine.Engine.WorkspaceUpkeep.RepairAsync("moves", Quiet, CancellationToken.None);
                }

                await InPlaceAsync();
                Assert.Equal("text\n", (await machine.RunAsync("cat file", "mover", "moves")).Output);
                await MoveAsync(Old);
            }

            await MoveAsync(Old);
        }
    }

    [MachineFact]
    public async Task ToAnotherMachineItGoesWithoutSessionsAndAgents()
    {
        await machine.Engine.Vms.CreateAsync(new NewVm { Name = Other, Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
        for (var step = 1; step <= 3; step++)
        {
            Assert.True(await KilledMaker.DiesAsync(machine.Home, step, "move", "moves", Other));
            await machine.Engine.WorkspaceUpkeep.RepairAsync("moves", Quiet, CancellationToken.None);
            await InPlaceAsync();
            var place = machine.Engine.Workspaces.List().First(one => one.Name == "moves").Vm;
            Assert.Equal(MachineFixture.Vm, place);
        }

        var warnings = new Warnings();
        var moved = await machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "moves", Vm = Other }, warnings, CancellationToken.None);
        Assert.Equal((Other, Old), (moved.Vm, moved.Path));
        Assert.Contains(warnings.Said, said => said.Contains("mover", StringComparison.Ordinal));
        Assert.Equal("text\n", (await machine.RunAsync("cat file", workspace: "moves")).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync($"ls -d {Old} 2>/dev/null; getent passwd ws-moves; getent group ws-moves; true")).Output);
        await InPlaceAsync();
    }

    [MachineFact]
    public async Task AForkGoesToAnotherMachineAsItsOwnAndASnapshotIsCopiedThere()
    {
        const string There = "there";
        await machine.Engine.Vms.CreateAsync(new NewVm { Name = There, Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
        await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "moves", Name = "s" }, Quiet, CancellationToken.None);
        Assert.Null((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("moves", ["forked"], "s"), Quiet, CancellationToken.None))[0].Error);
        await machine.RunAsync("echo later > file", workspace: "moves");
        var moved = await machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "forked", Vm = There }, Quiet, CancellationToken.None);
        Assert.Equal((There, "moves", "s"), (moved.Vm, moved.ParentWorkspace, moved.ParentSnapshot));
        var copied = await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("moves", "copied", There, "s"), Quiet, CancellationToken.None);
        Assert.Equal("s", copied.ParentSnapshot);
        foreach (var name in new[] { "forked", "copied" })
        {
            Assert.Equal($"text\nws-{name}\nws-{name}\n", (await machine.RunAsync("cat file; stat -c %U file; id -un", workspace: name)).Output);
        }

        Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/forked /opt/agentworks/workspaces/_trees/ws-forked 2>/dev/null; getent passwd ws-forked; grep forked /etc/agentworks/mapped 2>/dev/null; true")).Output);
        await machine.Engine.Vms.RemoveAsync(There, cascade: true, Quiet, CancellationToken.None);

        // It needs the snapshot no longer.
        await machine.Engine.Snapshots.RemoveAsync("moves", "s", Quiet, CancellationToken.None);
    }

    private static (string Path, string? Store) Place(AgwWorkspace workspace) => (workspace.Path, workspace.Store);

    private Task<AgwWorkspace> MoveAsync(string path) =>
        machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "moves", Path = path }, Quiet, CancellationToken.None);

    private async Task<string> ListAsync(string path)
    {
        var list = await machine.RootAsync($"cd {path} && find . ! -path \"./.git*\" -printf \"%P %y %m %u %g %s %l|\"");
        Assert.Equal(0, list.ExitCode);
        return list.Output;
    }

    private async Task InPlaceAsync()
    {
        var checks = await Outcomes.DrainAsync(machine.Engine.WorkspaceUpkeep.CheckAsync(["moves"], CancellationToken.None));
        Assert.Empty(checks.Where(check => check.Status == DriftStatus.Drifted).Select(check => $"{check} {check.Detail}"));
    }

    private sealed class Warnings : IEventSink
    {
        public List<string> Said { get; } = [];

        public void Report(EngineEvent engineEvent)
        {
            if (engineEvent is WarningEvent warning)
            {
                lock (Said)
                {
                    Said.Add(warning.Message);
                }
            }
        }
    }
}
