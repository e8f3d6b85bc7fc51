using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

public sealed class NspawnPlatformTests(NspawnFixture fixture) : IClassFixture<NspawnFixture>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    [MachineFact]
    public async Task ALifeFromCreationToRemoval()
    {
        var spec = fixture.NewSpec("life");
        var journal = new ListJournal();
        var machine = await fixture.Platform.CreateAsync(spec, journal, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(PowerState.Stopped, await StateOf(machine));
        Assert.NotEmpty(journal.Steps);

        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(PowerState.Running, await StateOf(machine));
        Assert.Equal("running", await fixture.ReadAsync(machine, "systemctl is-system-running --wait"));
        Assert.Equal(spec.HostName, await fixture.ReadAsync(machine, "hostname; getent hosts $(hostname) > /dev/null"));
        await fixture.ReadAsync(machine, "echo kept > /etc/kept; echo kept > /opt/agentworks/workspaces/kept");
        var key = Assert.Single((await fixture.Platform.GetHostKeysAsync(machine, CancellationToken.None))!);

        var init = new MachineCgroup(spec.Id).FindInit();
        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(init, new MachineCgroup(spec.Id).FindInit());

        await fixture.Platform.StopAsync(machine, Grace, CancellationToken.None);
        await fixture.Platform.StopAsync(machine, Grace, CancellationToken.None);
        Assert.Equal(PowerState.Stopped, await StateOf(machine));
        Assert.Empty(await MachineTraces.FindAsync(spec.Id, filesToo: false));
        Assert.Throws<NotReadyException>(() => fixture.Platform.GetPlatformShell(machine));

        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("kept\nkept", await fixture.ReadAsync(machine, "cat /etc/kept /opt/agentworks/workspaces/kept"));
        Assert.Contains(key, await fixture.ReadAsync(machine, "cat /etc/ssh/ssh_host_ed25519_key.pub"), StringComparison.Ordinal);

        await fixture.Platform.RemoveAsync(machine, CancellationToken.None);
        Assert.Equal(PowerState.Missing, await StateOf(machine));
        Assert.Empty(await MachineTraces.FindAsync(spec.Id));
        await fixture.Platform.RemoveAsync(machine, CancellationToken.None);
    }

    [MachineFact]
    public async Task AnOrderlyStopLetsServicesFinish()
    {
        var machine = await fixture.StartNewAsync("orderly");
        await fixture.ReadAsync(machine, """
            printf '[Service]\nExecStart=/bin/sleep infinity\nExecStop=/bin/sh -c "echo finished > /opt/agentworks/workspaces/finished"\n' \
              > /etc/systemd/system/finisher.service && systemctl start finisher
            """);

        await fixture.Platform.StopAsync(machine, Grace, CancellationToken.None);
        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);

        Assert.Equal("finished", await fixture.ReadAsync(machine, "cat /opt/agentworks/workspaces/finished"));
    }

    [MachineFact]
    public async Task StoppedItHoldsNothingAlthoughAnotherThatWasStartedLaterRuns()
    {
        var machine = await fixture.StartNewAsync("former");
        var later = await fixture.StartNewAsync("later");

        await fixture.Platform.StopAsync(machine, Grace, CancellationToken.None);

        Assert.Empty(await MachineTraces.FindAsync(machine.Spec.Id, filesToo: false));
        Assert.Equal("later", await fixture.ReadAsync(later, "echo later"));
    }

    [MachineFact]
    public async Task AMachineWhoseNspawnWasKilledIsStoppedAndStartsAgainAsOne()
    {
        var machine = await fixture.StartNewAsync("killed");
        await fixture.ReadAsync(machine, "echo kept > /opt/agentworks/workspaces/kept; sync");
        var init = new MachineCgroup(machine.Spec.Id).FindInit()!.Value;
        var orphan = new HostProcess(init, LinuxProcess.StartOf(init)!.Value, LinuxProcess.BootId());

        var nspawn = HostProcess.Read(fixture.PathsOf(machine).Run)!;
        nspawn.Signal(HostProcess.Kill);
        await Waiting.UntilAsync(() => !nspawn.IsAlive(), Grace, TimeProvider.System, CancellationToken.None);

        Assert.Equal(PowerState.Stopped, await StateOf(machine));
        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal("kept", await fixture.ReadAsync(machine, "cat /opt/agentworks/workspaces/kept"));
        Assert.False(orphan.IsAlive());
    }

    [MachineFact]
    public async Task StartingWhileItShutsDownWaitsAndStartsItAnew()
    {
        var machine = await fixture.StartNewAsync("turn");
        var paths = fixture.PathsOf(machine);
        var before = await fixture.ReadAsync(machine, "cat /proc/sys/kernel/random/boot_id");

        // What a stop leaves that was killed right after it sent its signal.
        await File.WriteAllTextAsync(paths.Stopping, string.Empty);
        HostProcess.Read(paths.Run)!.Signal(HostProcess.Terminate);
        await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);

        Assert.NotEqual(before, await fixture.ReadAsync(machine, "cat /proc/sys/kernel/random/boot_id"), StringComparer.Ordinal);
    }

    [MachineFact]
    public async Task CancellingAStartLeavesItStopped()
    {
        var machine = await fixture.Platform.CreateAsync(fixture.NewSpec("cancel"), new ListJournal(), NullEventSink.Instance, CancellationToken.None);
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.Platform.StartAsync(machine, new CancelAtOnce(cancel), cancel.Token));

        Assert.Equal(PowerState.Stopped, await StateOf(machine));
        Assert.Empty(await MachineTraces.FindAsync(machine.Spec.Id, filesToo: false));
    }

    [MachineFact]
    public async Task ARunningMachineCanBeRemoved()
    {
        var machine = await fixture.StartNewAsync("running");
        await fixture.ReadAsync(machine, "setsid sleep 600 > /dev/null 2>&1 < /dev/null & btrfs -q subvolume create /opt/agentworks/workspaces/w");

        await fixture.Platform.RemoveAsync(machine, CancellationToken.None);

        Assert.Empty(await MachineTraces.FindAsync(machine.Spec.Id));
    }

    [MachineFact]
    public async Task CutShortAtEveryStepItIsRemovedWithoutATrace()
    {
        for (var step = 0; step < await StepsOfACreation(); step++)
        {
            var spec = fixture.NewSpec("cut");
            await Assert.ThrowsAsync<KilledException>(() =>
                fixture.Platform.CreateAsync(spec, new ListJournal(dieAt: step), NullEventSink.Instance, CancellationToken.None));

            await fixture.Platform.RemoveAsync(new PlatformMachine(spec, "{}"), CancellationToken.None);

            Assert.Empty(await MachineTraces.FindAsync(spec.Id));
        }
    }

    [MachineFact]
    public async Task CutShortAtEveryStepTheNextCreationGoesOn()
    {
        for (var step = 0; step < await StepsOfACreation(); step++)
        {
            var spec = fixture.NewSpec("again");
            await Assert.ThrowsAsync<KilledException>(() =>
                fixture.Platform.CreateAsync(spec, new ListJournal(dieAt: step), NullEventSink.Instance, CancellationToken.None));

            var machine = await fixture.Platform.CreateAsync(spec, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
            await fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);

            Assert.Equal(spec.HostName, await fixture.ReadAsync(machine, "hostname"));
            await fixture.Platform.RemoveAsync(machine, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task AMachineCutShortBeforeItsIdentityIsNotStarted()
    {
        var spec = fixture.NewSpec("half");
        var last = await StepsOfACreation() - 1;
        await Assert.ThrowsAsync<KilledException>(() =>
            fixture.Platform.CreateAsync(spec, new ListJournal(dieAt: last), NullEventSink.Instance, CancellationToken.None));

        await Assert.ThrowsAsync<PlatformException>(() =>
            fixture.Platform.StartAsync(new PlatformMachine(spec, "{}"), NullEventSink.Instance, CancellationToken.None));
    }

    [MachineFact]
    public async Task TwoMachinesAtOnceHaveNothingInCommon()
    {
        var pair = await Task.WhenAll(fixture.StartNewAsync("one"), fixture.StartNewAsync("two"));

        string[] questions = ["cat /etc/machine-id", "cat /etc/ssh/ssh_host_ed25519_key.pub", "hostname", "cat /proc/sys/kernel/random/boot_id", "readlink /proc/self/ns/net"];
        foreach (var question in questions)
        {
            Assert.NotEqual(await fixture.ReadAsync(pair[0], question), await fixture.ReadAsync(pair[1], question), StringComparer.Ordinal);
        }

        Assert.Equal(32, (await fixture.ReadAsync(pair[0], "cat /etc/machine-id")).Length);
        await fixture.ReadAsync(pair[0], "touch /etc/only-here");
        Assert.Equal("none", await fixture.ReadAsync(pair[1], "test -e /etc/only-here || echo none"));
    }

    [MachineFact]
    public async Task AMachineThatCannotBootSaysSoWithItsConsole()
    {
        var spec = fixture.NewSpec("broken");
        var machine = await fixture.Platform.CreateAsync(spec, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
        var init = Path.Combine(fixture.Layout.For(spec.Id).Upper, "usr/lib/systemd");
        Directory.CreateDirectory(init);
        await File.WriteAllTextAsync(Path.Combine(init, "systemd"), "not a program\n");

        var error = await Assert.ThrowsAsync<PlatformException>(() =>
            fixture.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None));

        Assert.Contains("systemd", error.Message, StringComparison.Ordinal);
        Assert.Equal(PowerState.Stopped, await StateOf(machine));
        await fixture.Platform.RemoveAsync(machine, CancellationToken.None);
        Assert.Empty(await MachineTraces.FindAsync(spec.Id));
    }

    [MachineFact]
    public async Task WithoutSlirpAMachineWorksOnWithoutInternetAndAWarningTellsSo()
    {
        var platform = new NspawnPlatform(new WithoutProgram(fixture.Processes, "slirp4netns"), TimeProvider.System);
        var warnings = new WarningList();
        var machine = await platform.CreateAsync(fixture.NewSpec("alone"), new ListJournal(), warnings, CancellationToken.None);
        await platform.StartAsync(machine, warnings, CancellationToken.None);

        Assert.Single(warnings.Seen);
        Assert.Equal("lo", await fixture.ReadAsync(machine, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"));
    }

    [MachineFact]
    public async Task TheDiskHasTheSizeAskedFor()
    {
        var machine = await fixture.StartNewAsync("disk");

        var bytes = long.Parse(await fixture.ReadAsync(machine, "df -B1 --output=size / | tail -1"), CultureInfo.InvariantCulture);

        Assert.Equal(machine.Spec.DiskGiB!.Value * 1024L * 1024 * 1024, bytes);
    }

    private Task<PowerState> StateOf(PlatformMachine machine) => fixture.Platform.GetPowerStateAsync(machine, CancellationToken.None);

    private async Task<int> StepsOfACreation()
    {
        var journal = new ListJournal();
        await fixture.Platform.CreateAsync(fixture.NewSpec("steps"), journal, NullEventSink.Instance, CancellationToken.None);
        return journal.Steps.Count;
    }

    // The first event of a start comes when nspawn has just been launched.
    private sealed class CancelAtOnce(CancellationTokenSource source) : IEventSink
    {
        public void Report(EngineEvent engineEvent) => source.Cancel();
    }

    private sealed class WarningList : IEventSink
    {
        public List<WarningEvent> Seen { get; } = [];

        public void Report(EngineEvent engineEvent)
        {
            if (engineEvent is WarningEvent warning)
            {
                Seen.Add(warning);
            }
        }
    }

    /// <summary>This computer, with one program less.</summary>
    private sealed class WithoutProgram(IProcessRunner processes, string absent) : IProcessRunner
    {
        public string? Find(string program) => program == absent ? null : processes.Find(program);

        public Task<ProcessResult> RunAsync(
            string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken) =>
            processes.RunAsync(fileName, arguments, options, cancellationToken);
    }
}
