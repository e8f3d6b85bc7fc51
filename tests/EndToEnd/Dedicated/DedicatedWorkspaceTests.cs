using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>Workspaces with machines of their own, as their operator sees them.</summary>
[Collection("dedicated")]
public sealed class DedicatedWorkspaceTests(DedicatedFixture ground)
{
    /// <summary>Connects to the gateway's resolver, which is there for whom may reach the internet.</summary>
    private const string Resolver = "bash -c 'exec 3<>/dev/tcp/198.19.0.1/53'";

    /// <summary>Looked for among all machines of this computer.</summary>
    private static readonly string Lost = "lost-" + Environment.ProcessId;

    [MachineFact]
    public async Task ItIsAMachineOfItsOwnAndComesAndGoesWithIt()
    {
        var made = await ground.NewAsync("own");
        Assert.Equal((LifecycleState.Ready, WorkspaceIsolation.Dedicated, "/workspace", "own", "workspace"), (made.State, made.Isolation, made.Path, made.Vm, made.Group));
        Assert.NotNull(made.ReadyTime);
        var result = await ground.RunAsync("own", "echo hello > file; cat file; id -un; hostname; cat /etc/hostname; pwd");
        Assert.Equal("hello\nworkspace\nown\nown\n/workspace\n", result.Output);

        // It belongs to the machine's tree and to its limits.
        Assert.Equal((512L << 20).ToString(System.Globalization.CultureInfo.InvariantCulture), await ReadAsync($"/sys/fs/cgroup/memory/agentworks/{VmId("own")}/memory.limit_in_bytes"));
        Assert.Contains(VmId("own"), (await ground.RunAsync("own", "cat /proc/self/cgroup")).Output + await GroupsAsync("own"), StringComparison.Ordinal);

        // A job that runs keeps it, and one that has ended does not.
        var job = await StartJobAsync("own", "exec sleep 27183");
        await Assert.ThrowsAsync<HasDependentsException>(() => RemoveAloneAsync("own"));
        await Eventually.BecomesAsync(async () => (await ground.RunAsync("own", "pgrep -c -f 'sleep 27183'")).Output == "1\n", "the job runs on");
        await Outcomes.DrainAsync(ground.Engine.Jobs.StopAsync([job.Name], new StopJob(9, TimeSpan.Zero), NullEventSink.Instance, CancellationToken.None));
        var id = VmId("own");
        await RemoveAloneAsync("own");
        Assert.Empty(ground.Engine.Jobs.List());
        Assert.DoesNotContain(ground.Engine.Vms.List(), vm => vm.Name == "own");
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
    }

    [MachineFact]
    public async Task ItReachesNothingUnlessAllowed()
    {
        await ground.NewAsync("closed");
        Assert.Equal(NetworkRules.Closed, await RulesAsync("closed"), RulesComparer);
        Assert.NotEqual(0, (await ground.RunAsync("closed", "timeout 2 " + Resolver)).ExitCode);
        await ground.RemoveAsync("closed");

        await ground.NewAsync("open", request => request with { AllowInternet = true });
        Assert.Equal(NetworkRules.Closed with { AllowInternet = true }, await RulesAsync("open"), RulesComparer);
        Assert.Equal(0, (await ground.RunAsync("open", Resolver)).ExitCode);
        await ground.RemoveAsync("open");
    }

    [MachineFact]
    public async Task ItsSizeHolds()
    {
        await ground.NewAsync("small", request => request with { DiskGiB = 1, MemoryMiB = 256, Cpus = 1 });

        // More than the disk has: an error, not a crash; and what it gave back is there again. While others' disks go, the file system may count anew first.
        var full = string.Empty;
        await Eventually.BecomesAsync(
            async () =>
            {
                full = (await ground.RunAsync("small", "fallocate -l 400M part && fallocate -l 1200M big; echo $?; rm -f part big; fallocate -l 400M part && echo again; rm -f part")).Output;
                return full.StartsWith("1\n", StringComparison.Ordinal);
            },
            "its disk is as small as it is to be");
        Assert.Equal("1\nagain\n", full);

        // More memory than it has: the machine's own program dies, the machine lives.
        Assert.NotEqual(0, (await ground.RunAsync("small", "perl -e 'my $x = \"x\" x (400 << 20); print length $x'")).ExitCode);
        Assert.Equal("alive\n", (await ground.RunAsync("small", "echo alive")).Output);
        Assert.Equal("100000", await ReadAsync($"/sys/fs/cgroup/cpu/agentworks/{VmId("small")}/cpu.cfs_quota_us"));

        // Root in there cannot open this computer's disk.
        Assert.Equal("refused", await ground.RootAsync("small", "mknod /dev/disk b 254 0; head -c 1 /dev/disk >/dev/null 2>&1 && echo read || echo refused"));
        await ground.RemoveAsync("small");
    }

    [MachineFact]
    public async Task StoppedSuspendedAndStartedAgain()
    {
        await ground.NewAsync("power");
        await ground.RunAsync("power", "echo kept > kept; nohup sh -c 'while :; do date +%s%N > ticking; sleep 0.05; done' >/dev/null 2>&1 &");
        await ground.Engine.Dedicated.SuspendAsync("power", NullEventSink.Instance, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<NotReadyException>(() => ground.RunAsync("power", "true"));
        Assert.Equal("Resume-AgwWorkspace power", refused.Recommendation);
        await Assert.ThrowsAsync<NotReadyException>(() => StartJobAsync("power", "true"));
        Assert.Empty(ground.Engine.Jobs.List());
        Assert.Equal(VmStatus.Suspended, await StatusAsync("power"));
        await ground.Engine.Dedicated.ResumeAsync("power", NullEventSink.Instance, CancellationToken.None);
        var first = (await ground.RunAsync("power", "cat ticking")).Output;
        await Eventually.BecomesAsync(async () => (await ground.RunAsync("power", "cat ticking")).Output != first, "what ran goes on");

        await ground.Engine.Dedicated.StopAsync("power", TimeSpan.FromSeconds(20), NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(VmStatus.Stopped, await StatusAsync("power"));
        await Assert.ThrowsAsync<NotReadyException>(() => ground.RunAsync("power", "true"));
        await ground.Engine.Dedicated.StartAsync("power", NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("kept\n", (await ground.RunAsync("power", "cat kept")).Output);

        // Removed also while it is suspended, unless a job stands still in it.
        await StartJobAsync("power", "exec sleep 1000");
        await ground.Engine.Dedicated.SuspendAsync("power", NullEventSink.Instance, CancellationToken.None);
        await Assert.ThrowsAsync<HasDependentsException>(() => RemoveAloneAsync("power"));
        var id = VmId("power");
        await ground.RemoveAsync("power");
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
    }

    [MachineFact]
    public async Task ARepositoryOfThisComputerComesAlong()
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-test-").FullName;
        try
        {
            var git = await new Ports.ProcessRunner().RunAsync(
                "/bin/sh", ["-c", "cd \"$1\" && git init -q -b main && git config user.name n && git config user.email e@example.org && echo code > code && git add . && git commit -qm first", "git", folder],
                new Ports.ProcessOptions(), CancellationToken.None);
            Assert.True(git.Succeeded, git.Error);
            await ground.NewAsync("code", request => request with { Repository = folder });
            var result = await ground.RunAsync("code", "cat code; git log --format=%s; git status --porcelain; stat -c '%U %a' . code");
            Assert.Equal("code\nfirst\nworkspace 2770\nworkspace 660\n", result.Output);
            await ground.RemoveAsync("code");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [MachineFact]
    public async Task AMachineWhoseRecordIsLostIsTakenBack()
    {
        await ground.NewAsync(Lost);
        await ground.RunAsync(Lost, "echo kept > kept");
        var id = VmId(Lost);
        using (var store = State.StateStore.Open(ground.Home, TimeProvider.System))
        {
            store.Write(state => state.DeleteVm(id));
        }

        var orphan = Assert.Single(await ground.Engine.Adoption.FindAsync(CancellationToken.None), one => one.Name == Lost);
        Assert.Equal((true, id, 512, WorkspaceIsolation.Dedicated), (orphan.Orphaned, orphan.Id, orphan.MemoryMiB, orphan.Isolation));
        var again = await ground.Engine.Adoption.RegisterAsync(Lost, force: false, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal((LifecycleState.Ready, id), (again.State, VmId(Lost)));
        Assert.Equal("kept\n", (await ground.RunAsync(Lost, "cat kept")).Output);
        Assert.DoesNotContain(await ground.Engine.Adoption.FindAsync(CancellationToken.None), one => one.Name == Lost);
        await Assert.ThrowsAsync<AlreadyExistsException>(() => ground.Engine.Adoption.RegisterAsync(Lost, force: false, NullEventSink.Instance, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => ground.Engine.Adoption.RegisterAsync("never-was", force: true, NullEventSink.Instance, CancellationToken.None));
        await ground.RemoveAsync(Lost);
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
    }

    [MachineFact]
    public async Task AMachineOfAnotherFolderIsTakenOverOnlyByForce()
    {
        await ground.NewAsync(Lost);
        await ground.RunAsync(Lost, "echo kept > kept");
        var id = VmId(Lost);
        await using var home = await TestHome.CreateAsync();
        await using var fresh = AgentworksEngine.Open(TestOptions.For(home.Path));
        Assert.Empty(await fresh.Adoption.FindAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForeignMachineException>(() => fresh.Adoption.RegisterAsync(Lost, force: false, NullEventSink.Instance, CancellationToken.None));
        using (var store = State.StateStore.Open(ground.Home, TimeProvider.System))
        {
            store.Write(state => state.DeleteVm(id));
        }

        await fresh.Adoption.RegisterAsync(Lost, force: true, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("kept\n", (await MachineFixture.RunAsync(fresh, "cat kept", null, Lost)).Output);
        Assert.Empty(await ground.Engine.Adoption.FindAsync(CancellationToken.None));
        await fresh.Workspaces.RemoveAsync(Lost, cascade: false, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
    }

    [MachineFact]
    public async Task NoOtherWorkspaceLivesOnItsMachine()
    {
        await ground.NewAsync("alone");
        await Assert.ThrowsAsync<InvalidRequestException>(() => ground.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "other", Vm = "alone" }, NullEventSink.Instance, CancellationToken.None));
        await Assert.ThrowsAsync<AlreadyExistsException>(() => ground.NewAsync("alone"));

        // The machine removed is the workspace removed.
        await ground.Engine.Vms.RemoveAsync("alone", cascade: false, NullEventSink.Instance, CancellationToken.None);
        Assert.DoesNotContain(ground.Engine.Workspaces.List(), workspace => workspace.Name == "alone");
    }

    private static readonly IEqualityComparer<NetworkRules?> RulesComparer = EqualityComparer<NetworkRules?>.Create(
        (one, other) => (one?.AllowInternet, one?.AllowInterVm, one?.AllowedHosts.Count) == (other?.AllowInternet, other?.AllowInterVm, other?.AllowedHosts.Count));

    /// <summary>As they are read back from what enforces them.</summary>
    private Task<NetworkRules?> RulesAsync(string name)
    {
        var spec = new MachineSpec { Id = VmId(name), Name = name, HostName = name, OwnerTag = string.Empty, Dedicated = true, WorkspacesPath = "/workspace" };
        return ((INetworkPolicy)ground.Engine.Platforms.Get("nspawn")).ReadAsync(new PlatformMachine(spec, "{}"), CancellationToken.None);
    }

    private async Task<AgwJob> StartJobAsync(string workspace, string command)
    {
        await foreach (var outcome in ground.Engine.Jobs.StartAsync([new NewJob { Workspace = workspace, Command = command }], NullEventSink.Instance, CancellationToken.None))
        {
            return outcome.Value ?? throw outcome.Error!;
        }

        throw new InvalidOperationException("No job was started.");
    }

    private Task RemoveAloneAsync(string name) => ground.Engine.Workspaces.RemoveAsync(name, cascade: false, NullEventSink.Instance, CancellationToken.None);

    private string VmId(string name) => ground.Engine.Vms.List().First(vm => vm.Name == name).Id;

    private async Task<VmStatus> StatusAsync(string name)
    {
        await foreach (var vm in ground.Engine.Vms.ObserveAsync([.. ground.Engine.Vms.List().Where(vm => vm.Name == name)], CancellationToken.None))
        {
            return vm.Status;
        }

        return VmStatus.Missing;
    }

    private async Task<string> GroupsAsync(string name) =>
        string.Join(' ', await File.ReadAllLinesAsync($"/sys/fs/cgroup/memory/agentworks/{VmId(name)}/cgroup.procs")).Length > 0 ? VmId(name) : string.Empty;

    private static async Task<string> ReadAsync(string file) => (await File.ReadAllTextAsync(file)).Trim();
}
