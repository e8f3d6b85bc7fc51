using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Copies beside the source and to another machine: everything right, nothing left, whatever agents put there.</summary>
[Collection("machine")]
public sealed class WorkspaceCopyTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Root = "/opt/agentworks/workspaces";
    private const string Other = "other";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    // Agents wrote it: links out, a pipe, odd names, deep folders, a hole, a hard link, an attribute, something large.
    private const string Hostile = """
        ln -s /etc etc; ln -s /etc/shadow shadow; ln -s ../../.. up; mkfifo pipe
        printf x > "$(printf 'new\nline')"; printf x > ' -rf'; printf x > './-n'; printf x > "$(printf 'caf\303\251\377')"
        p=.; i=0; while [ $i -lt 15 ]; do p=$p/$(printf '%0230d' 0); i=$((i+1)); done; mkdir -p "$p"; printf deep > "$p/file"
        truncate -s 200M hole; printf end >> hole; printf one > first; ln first second; printf key > key; chmod 600 key; mkdir shut; chmod 700 shut
        printf '#!/bin/sh\n' > run; chmod 750 run; mkdir sub; printf s > sub/file; setfattr -n user.note -v hello first 2>/dev/null || true
        head -c 20000000 /dev/urandom > large
        """;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "orig" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "writer", Workspaces = ["orig"] }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "everywhere", AllWorkspaces = true }, Quiet, CancellationToken.None);
        Assert.Equal(string.Empty, (await machine.RunAsync(Hostile, "writer", "orig")).ErrorOutput);
        Assert.Equal(0, (await machine.RunAsync("echo all > all", "everywhere", "orig")).ExitCode);
        Assert.Equal(0, (await machine.RunAsync("echo own > own", workspace: "orig")).ExitCode);
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        foreach (var vm in machine.Engine.Vms.List().Where(vm => vm.Name == Other))
        {
            await machine.Engine.Vms.RemoveAsync(vm.Name, cascade: true, Quiet, CancellationToken.None);
        }

        foreach (var agent in new[] { "writer", "everywhere" })
        {
            await machine.Engine.Agents.RemoveAsync(agent, cascade: true, Quiet, CancellationToken.None);
        }

        foreach (var workspace in machine.Engine.Workspaces.List())
        {
            await machine.Engine.Workspaces.RemoveAsync(workspace.Name, cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task OnTheSameMachineItIsASnapshotOfItsOwn()
    {
        var details = new Details();
        var copy = await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "twin"), details, CancellationToken.None);
        Assert.Equal((LifecycleState.Ready, $"{Root}/twin", "default"), (copy.State, copy.Path, copy.Template));
        Assert.Contains(details.Said, said => said.EndsWith("by snapshot.", StringComparison.Ordinal));
        Assert.Equal(await ListAsync(MachineFixture.Vm, "orig"), await ListAsync(MachineFixture.Vm, "twin"));

        // Whose: the one that is granted everything keeps its file, the others' are the copy's; nobody of the source gets in.
        Assert.Equal("agt-everywhere ws-twin\nws-twin ws-twin\nws-twin ws-twin\n", await RootAsync(MachineFixture.Vm, $"stat -c '%U %G' {Root}/twin/all {Root}/twin/own {Root}/twin/large"));
        Assert.Equal(string.Empty, await RootAsync(MachineFixture.Vm, $"find {Root}/twin ! -group ws-twin -o -user ws-orig -o -user agt-writer"));
        Assert.Equal(0, (await machine.RunAsync("echo more >> all; touch new", "everywhere", "twin")).ExitCode);
        Assert.Equal(string.Empty, await RootAsync(MachineFixture.Vm, $"setpriv --reuid=agt-writer --regid=agt-writer --init-groups ls {Root}/twin 2>/dev/null || :"));
        Assert.Equal("all\n", (await machine.RunAsync("cat all", workspace: "orig")).Output);
        Assert.Equal(string.Empty, await RootAsync(MachineFixture.Vm, $"ls -A {Root} | grep '^[.]' || :"));
        await InPlaceAsync("twin");
    }

    [MachineFact]
    public async Task FoldersThatASnapshotLeavesOutAreCopied()
    {
        Assert.Equal(0, (await machine.RunAsync("btrfs -q subvolume create inner && echo in > inner/file", workspace: "orig")).ExitCode);
        var details = new Details();
        await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "twin"), details, CancellationToken.None);
        Assert.Contains(details.Said, said => said.EndsWith("by copy.", StringComparison.Ordinal));
        Assert.Equal("in\n", (await machine.RunAsync("cat inner/file", workspace: "twin")).Output);
        Assert.Equal(await ListAsync(MachineFixture.Vm, "orig"), await ListAsync(MachineFixture.Vm, "twin"));
        Assert.Equal("sparse\n", await RootAsync(MachineFixture.Vm, $"[ $(du -k {Root}/twin/hole | cut -f 1) -lt 1024 ] && echo sparse"));
    }

    [MachineFact]
    public async Task ToAnotherMachineItArrivesWholeAndNothingIsLeft()
    {
        await machine.Engine.Vms.CreateAsync(new NewVm { Name = Other, Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "local", Vm = Other, AllWorkspaces = true }, Quiet, CancellationToken.None);
        var details = new Details();
        var copy = await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "far", Other), details, CancellationToken.None);
        Assert.Equal((Other, LifecycleState.Ready), (copy.Vm, copy.State));
        Assert.Equal(await ListAsync(MachineFixture.Vm, "orig"), await ListAsync(Other, "far"));
        Assert.Equal(string.Empty, await RootAsync(Other, $"find {Root}/far ! -user ws-far -o ! -group ws-far -o -type d ! -perm -2000"));
        Assert.Equal(0, (await machine.RunAsync("cat large | wc -c; touch sub/by-agent", "local", "far")).ExitCode);
        Assert.Contains(details.Progress, progress => progress.Percent > 0);
        await NothingIsLeftOverAsync(MachineFixture.Vm);
        await NothingIsLeftOverAsync(Other);
        await InPlaceAsync("far");

        // A disk that is full: nothing of the copy stays.
        await RootAsync(Other, "for size in 1000 500 200 100 50 20; do fallocate -l ${size}M /root/full.$size; done; sync -f /root");
        var failure = await Assert.ThrowsAnyAsync<AgentworksException>(() => machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "toolarge", Other), Quiet, CancellationToken.None));
        Assert.Contains("space", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(machine.Engine.Workspaces.List(), workspace => workspace.Name == "toolarge");
        await RootAsync(Other, $"rm /root/full.*; btrfs filesystem sync {Root}");
        await NothingIsLeftOverAsync(Other);
        Assert.Equal(string.Empty, await RootAsync(Other, "getent passwd ws-toolarge; getent group ws-toolarge; :"));

        // Killed amid the stream, and the same again at once.
        Assert.True(await KilledMaker.DiesAsync(machine.Home, -1, "copy", "midway", "orig", Other));
        await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "midway", Other), Quiet, CancellationToken.None);
        Assert.Equal(await ListAsync(MachineFixture.Vm, "orig"), await ListAsync(Other, "midway"));
        await machine.Engine.Workspaces.RemoveAsync("midway", cascade: true, Quiet, CancellationToken.None);

        // Killed at every step: the same again, or removal, and nothing is left.
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "copy", "crash", "orig", Other); step++)
        {
            if (step % 2 == 0)
            {
                await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("orig", "crash", Other), Quiet, CancellationToken.None);
                Assert.Equal(await ListAsync(MachineFixture.Vm, "orig"), await ListAsync(Other, "crash"));
            }

            await machine.Engine.Workspaces.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
            Assert.Equal(string.Empty, await RootAsync(Other, $"getent passwd ws-crash; getent group ws-crash; ls -dA {Root}/*crash* {Root}/.*crash* 2>/dev/null; :"));
            await NothingIsLeftOverAsync(MachineFixture.Vm);
        }

        await machine.Engine.Workspaces.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
    }

    // Names, kinds, modes, sizes, link counts, targets and contents.
    private Task<string> ListAsync(string vm, string workspace) => RootAsync(
        vm,
        $"cd {Root}/{workspace} && find . ! -name . -printf '%P %y %m %n %l ' \\( -type f -printf '%s' -o -true \\) -printf '\\0' | sort -z | tr '\\0' '|'; find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; getfattr -n user.note --only-values first 2>/dev/null || :");

    private async Task InPlaceAsync(string workspace)
    {
        var checks = await Outcomes.DrainAsync(machine.Engine.WorkspaceUpkeep.CheckAsync([workspace], CancellationToken.None));
        Assert.Empty(checks.Where(check => check.Status == DriftStatus.Drifted && check.Check is not "workspace-modes").Select(check => check.ToString() + check.Detail));
    }

    private async Task NothingIsLeftOverAsync(string vm) =>
        Assert.Equal(string.Empty, await RootAsync(vm, $"ls -A {Root} | grep '^[.]'; ls -d /run/agentworks/send-* 2>/dev/null; :"));

    private async Task<string> RootAsync(string vm, string script)
    {
        var outcomes = machine.Engine.Commands.InvokeAsync(
            [new CommandTarget(vm, null, null)], new CommandRequest { Command = "sudo -n sh", Input = System.Text.Encoding.UTF8.GetBytes(script) }, CancellationToken.None);
        return (await Outcomes.DrainAsync(outcomes))[0].Output;
    }

    private sealed class Details : IEventSink
    {
        private readonly object _gate = new();

        public List<string> Said { get; } = [];
        public List<ProgressEvent> Progress { get; } = [];

        public void Report(EngineEvent engineEvent)
        {
            lock (_gate)
            {
                if (engineEvent is DetailEvent detail)
                {
                    Said.Add(detail.Message);
                }
                else if (engineEvent is ProgressEvent progress)
                {
                    Progress.Add(progress);
                }
            }
        }
    }
}
