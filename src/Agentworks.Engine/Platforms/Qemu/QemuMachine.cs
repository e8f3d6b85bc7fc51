using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>One machine within one operation on it: its process, and what it is told.</summary>
internal sealed class QemuMachine(QemuPaths paths, QemuLayout layout, HostCommands commands, LayerStore layers, TimeProvider clock)
{
    // How long it takes depends on this computer's load where it is translated; one that boots says something.
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly GuestAgent guest = new(paths, clock);

    public QemuUplink Uplink { get; } = new(paths, commands, clock);

    public QemuRecord? Record => QemuRecord.Read(paths.Record);

    public HostProcess? FindRunning() => HostProcess.ReadAlive(paths.Run);

    public Task<QmpClient> ControlAsync(CancellationToken cancellationToken) => QmpClient.ConnectAsync(paths.Control, AnswerLimit, clock, cancellationToken);

    /// <summary>Starts it and returns when its sshd listens, or when it goes on where its memory was left.</summary>
    public async Task StartAsync(QemuRecord record, QemuShape shape, NetworkRules? rules, IEventSink events, CancellationToken cancellationToken)
    {
        var resume = record.Resume is { } id ? FindMemory(id, shape, events) : null;
        var start = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var qemu = await LaunchAsync(record, shape, start, resume is not null, cancellationToken).ConfigureAwait(false);
        try
        {
            // From here on the process is QEMU itself, in a network of its own.
            await Waiting.UntilAsync(() => File.Exists(paths.Control) || !qemu.IsAlive(), AnswerLimit, clock, cancellationToken).ConfigureAwait(false);
            if (!File.Exists(paths.Control))
            {
                throw await FailedAsync(qemu.IsAlive() ? "QEMU opened no control socket" : "QEMU ended").ConfigureAwait(false);
            }

            if (rules is null || rules.AllowInternet)
            {
                await Uplink.OpenAsync(qemu, rules, events, cancellationToken).ConfigureAwait(false);
            }

            if (resume is not null)
            {
                await GoOnAsync(record, qemu, resume, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                events.Report(new DetailEvent($"Machine {record.Spec.Name} boots."));
                await AwaitBootAsync(qemu, start, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            // One that half works is worse than none; its console stays.
            await KillAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Finishes what an operation that was cut off left of a running machine: a change of its disk, or stopped processors.</summary>
    public async Task SettleAsync(QemuRecord record, CancellationToken cancellationToken)
    {
        var control = await ControlAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = control.ConfigureAwait(false);
        var disks = new QemuDisks(control);
        if (await disks.CurrentAsync(cancellationToken).ConfigureAwait(false) is { } current && current != DiskLayer.NodeOf(record.Disk))
        {
            await disks.SwitchAsync(current, layers.Find(record.Disk), cancellationToken).ConfigureAwait(false);
        }

        var forgotten = IsForgotten;
        if ((forgotten || !record.Suspended) && !await IsRunningAsync(control, cancellationToken).ConfigureAwait(false))
        {
            await control.ExecuteAsync("cont", null, cancellationToken).ConfigureAwait(false);
        }

        if (forgotten)
        {
            await guest.ThawAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
            File.Delete(paths.Still);
            if (record.Suspended)
            {
                await control.ExecuteAsync("stop", null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Stops its processors, or lets them go on with the right time.</summary>
    public async Task SetSuspendedAsync(QemuRecord record, bool suspended, CancellationToken cancellationToken)
    {
        (record with { Suspended = suspended }).Write(paths.Record);
        var control = await ControlAsync(cancellationToken).ConfigureAwait(false);
        await using (control.ConfigureAwait(false))
        {
            var running = await IsRunningAsync(control, cancellationToken).ConfigureAwait(false);
            if (running != suspended)
            {
                return;
            }

            await control.ExecuteAsync(suspended ? "stop" : "cont", null, cancellationToken).ConfigureAwait(false);
        }

        if (!suspended)
        {
            await SetTimeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Puts an empty layer over the one that it writes to, at one instant, and writes its memory of that instant to a file.</summary>
    /// <param name="record">Names the new layer already.</param>
    /// <param name="memory">The file; null for the disk alone.</param>
    /// <param name="cancellationToken">Leaves what <see cref="SettleAsync"/> finishes.</param>
    public async Task FreezeDiskAsync(QemuRecord record, string? memory, CancellationToken cancellationToken)
    {
        var control = await ControlAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = control.ConfigureAwait(false);
        var disks = new QemuDisks(control);
        var current = await disks.CurrentAsync(cancellationToken).ConfigureAwait(false) ?? throw new PlatformException("QEMU knows no disk.") { Target = paths.Id };
        var next = layers.Find(record.Disk);

        // A machine whose processors stand still cannot write what it has not written yet.
        await File.WriteAllTextAsync(paths.Still, Self(), cancellationToken).ConfigureAwait(false);
        await control.ExecuteAsync("cont", null, cancellationToken).ConfigureAwait(false);
        try
        {
            await guest.FreezeAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
            if (memory is not null)
            {
                // The memory is of a machine that holds still: what a fork boots from is what the memory knows.
                await control.ExecuteAsync("stop", null, cancellationToken).ConfigureAwait(false);
            }

            await disks.SwitchAsync(current, next, cancellationToken).ConfigureAwait(false);
            if (memory is not null)
            {
                await new QemuMemory(paths, clock).WriteAsync(control, memory, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await control.ExecuteAsync("cont", null, CancellationToken.None).ConfigureAwait(false);
            await guest.ThawAsync(AnswerLimit, CancellationToken.None).ConfigureAwait(false);
            File.Delete(paths.Still);
        }

        if (record.Suspended)
        {
            await control.ExecuteAsync("stop", null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether somebody holds it still who is no more.</summary>
    public bool IsForgotten => File.Exists(paths.Still) && HostProcess.Read(paths.Still)?.IsAlive() != true;

    /// <summary>Shuts it down in order, and hard after <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (FindRunning() is { } qemu && grace > TimeSpan.Zero)
        {
            try
            {
                await PowerDownAsync(grace, cancellationToken).ConfigureAwait(false);
                await Waiting.UntilAsync(() => !qemu.IsAlive(), grace, clock, cancellationToken).ConfigureAwait(false);
            }
            catch (PlatformException)
            {
                // It does not listen; then it is not asked.
            }
        }

        await KillAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends its process and all that belongs to it.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await Uplink.CloseAsync(cancellationToken).ConfigureAwait(false);
        if (HostProcess.Read(paths.Run) is { } qemu)
        {
            // Whoever goes on may want its disk, which is locked as long as a thread of it is there.
            qemu.Signal(HostProcess.Kill);
            if (!await Waiting.UntilAsync(qemu.IsGone, AnswerLimit, clock, cancellationToken).ConfigureAwait(false))
            {
                throw new PlatformException(FormattableString.Invariant($"QEMU, process {qemu.Pid}, cannot be ended.")) { Target = paths.Id };
            }
        }

        string[] left = [paths.Run, paths.Still, paths.Control, paths.Guest, paths.Memory, paths.Console + ".pipe"];
        Array.ForEach(left, UnixFiles.DeleteIfThere);
        if (Record is { Suspended: true } record)
        {
            (record with { Suspended = false }).Write(paths.Record);
        }
    }

    private async Task PowerDownAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (Record is { Suspended: true } record)
        {
            await SetSuspendedAsync(record, suspended: false, cancellationToken).ConfigureAwait(false);
        }

        await guest.PowerDownAsync(grace < AnswerLimit ? grace : AnswerLimit, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HostProcess> LaunchAsync(QemuRecord record, QemuShape shape, string start, bool incoming, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(layout.Bases, record.Base);
        var line = new QemuCommandLine
        {
            Shape = shape,
            Name = record.Spec.Name,
            Disk = layers.Find(record.Disk),
            Kernel = Path.Combine(folder, "kernel"),
            Initrd = Path.Combine(folder, "initrd"),
            Start = start,
            Paths = paths,
            Incoming = incoming ? paths.Memory : null,
        };
        string[] left = [paths.Control, paths.Guest, paths.Memory, paths.Console + ".pipe"];
        Array.ForEach(left, UnixFiles.DeleteIfThere);
        var program = new BackgroundProgram(paths.Run, paths.Log, Ready: null, []);
        return await program.StartAsync(
            commands,
            "unshare",
            ["--user", "--map-root-user", "--net", "/bin/sh", "-c", EmbeddedText.Read("qemu-run.sh"), "run", paths.Console, commands.Require("qemu-system-x86_64"), .. line.ToArguments()],
            cancellationToken).ConfigureAwait(false);
    }

    private async Task AwaitBootAsync(HostProcess qemu, string start, CancellationToken cancellationToken)
    {
        var word = $"agentworks: ready {start}";
        var (said, heard) = (0, clock.GetTimestamp());
        var isUp = false;
        bool IsSettled()
        {
            var console = ReadConsole();
            isUp = console.Contains(word, StringComparison.Ordinal);
            if (console.Length != said)
            {
                (said, heard) = (console.Length, clock.GetTimestamp());
            }

            return isUp || !qemu.IsAlive() || clock.GetElapsedTime(heard) > SilenceLimit;
        }

        await Waiting.UntilAsync(IsSettled, BootLimit, clock, cancellationToken, TimeSpan.FromMilliseconds(25)).ConfigureAwait(false);
        if (!isUp)
        {
            throw await FailedAsync(
                !qemu.IsAlive() ? "it ended while it booted"
                : clock.GetElapsedTime(heard) > SilenceLimit ? "it says nothing any more and is not up"
                : string.Create(CultureInfo.InvariantCulture, $"it was not up within {BootLimit.TotalMinutes} minutes")).ConfigureAwait(false);
        }
    }

    /// <summary>Takes up a memory. From the moment at which its processors may run, a later start boots.</summary>
    private async Task GoOnAsync(QemuRecord record, HostProcess qemu, string memory, CancellationToken cancellationToken)
    {
        await Waiting.UntilAsync(() => File.Exists(paths.Memory) || !qemu.IsAlive(), AnswerLimit, clock, cancellationToken).ConfigureAwait(false);
        if (!qemu.IsAlive())
        {
            throw await FailedAsync("QEMU ended").ConfigureAwait(false);
        }

        var control = await ControlAsync(cancellationToken).ConfigureAwait(false);
        await using (control.ConfigureAwait(false))
        {
            await new QemuMemory(paths, clock).ReadAsync(control, memory, cancellationToken).ConfigureAwait(false);
            (record with { Resume = null }).Write(paths.Record);
            await control.ExecuteAsync("cont", null, cancellationToken).ConfigureAwait(false);
        }

        // It was held still when its memory was written.
        await guest.ThawAsync(TimeSpan.FromSeconds(60), cancellationToken).ConfigureAwait(false);
        await SetTimeAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SetTimeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await guest.SetTimeAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (PlatformException)
        {
            // Its root may have ended the agent, and lives with a wrong clock then.
        }
    }

    private string? FindMemory(string snapshot, QemuShape shape, IEventSink events)
    {
        var record = SnapshotRecord.Read(Path.Combine(layout.Snapshots, snapshot + ".json"));
        var file = Path.Combine(layout.Snapshots, snapshot + ".memory");
        if (record?.Memory == shape && File.Exists(file))
        {
            return file;
        }

        events.Report(new WarningEvent("The snapshot's memory is of another kind of machine than this is now; the machine boots from its disk."));
        return null;
    }

    private static async Task<bool> IsRunningAsync(QmpClient control, CancellationToken cancellationToken) =>
        (await control.ExecuteAsync("query-status", null, cancellationToken).ConfigureAwait(false)).GetProperty("running").ValueKind == JsonValueKind.True;

    private async Task<PlatformException> FailedAsync(string why)
    {
        var said = await BackgroundProgram.ReadLogAsync(paths.Log, clock, CancellationToken.None).ConfigureAwait(false);
        return new($"Machine {paths.Id} did not start: {why}. Its console ends with:\n{HostCommands.Tail(Clean(ReadConsole()))}\nQEMU said: {HostCommands.Tail(said)}") { Target = paths.Id };
    }

    private static string Self() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessId} {LinuxProcess.StartOf(Environment.ProcessId)} {LinuxProcess.BootId()}");

    private static string Clean(string text) => string.Concat(text.Where(c => c == '\n' || !char.IsControl(c)));

    private string ReadConsole() => ReadFile(paths.OldConsole) + ReadFile(paths.Console);

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
