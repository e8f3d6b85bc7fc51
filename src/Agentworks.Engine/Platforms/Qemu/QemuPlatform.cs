using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Machines with a kernel of their own, run by QEMU as an ordinary program of an ordinary user: with KVM where it works, else translated. Each lives in
/// a network namespace of its own, where nothing is but its own sshd; a disk is a layer over layers that no longer change.
/// A reboot from inside ends it; the next command that needs it starts it again.
/// </summary>
/// <remarks>A machine is found by its id alone: a folder under <see cref="QemuLayout.Machines"/>, and layers that its record names.</remarks>
public sealed partial class QemuPlatform : IVmPlatform
{
    private const int DefaultGiB = 20;
    private const int LargestGiB = 8192;

    private readonly IProcessRunner processes;
    private readonly TimeProvider clock;
    private readonly QemuLayout layout;
    private readonly HostCommands host;
    private readonly LayerStore layers;
    private readonly QemuBases bases;
    private readonly KvmProbe kvm;

    /// <param name="processes">Runs this computer's tools.</param>
    /// <param name="clock">For waits and the date of creation.</param>
    /// <param name="root">Where images and machines are kept; null for <see cref="QemuLayout.DefaultRoot"/>.</param>
    public QemuPlatform(IProcessRunner processes, TimeProvider clock, string? root = null)
    {
        this.processes = processes;
        this.clock = clock;
        layout = new QemuLayout(root ?? QemuLayout.DefaultRoot);
        host = new HostCommands(processes);
        layers = new LayerStore(layout, host, clock);
        bases = new QemuBases(layout, host, clock);
        kvm = new KvmProbe(layout, host, clock);
    }

    public string Name => "qemu";

    public PlatformTraits Traits { get; } = new(OwnsMachine: true, EnforcesSize: true, CanStart: true, MachineBoundary.Machine);

    public Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(QemuReadiness.Check(processes, layout, kvm.Known()));

    public void Validate(MachineSpec spec)
    {
        if (spec.DiskGiB is { } gib and (< QemuBases.SmallestGiB or > LargestGiB))
        {
            throw Invalid(spec, FormattableString.Invariant($"A disk of {gib} GiB cannot be; it takes {QemuBases.SmallestGiB} to {LargestGiB}."));
        }

        if (spec.Cpus is { } cpus and (< 1 or > 255))
        {
            throw Invalid(spec, FormattableString.Invariant($"A machine with {cpus} processors cannot be; it has 1 to 255."));
        }

        if (spec.MemoryMiB is { } memory and < 192)
        {
            throw Invalid(spec, FormattableString.Invariant($"A machine with {memory} MiB of memory cannot be; it takes at least 192."));
        }

        if (!spec.WorkspacesPath.StartsWith('/') || spec.WorkspacesPath.Length == 1)
        {
            throw Invalid(spec, $"'{spec.WorkspacesPath}' cannot hold workspaces; it must be an absolute path below /.");
        }

        RequireEnforceable(spec.Network, spec.Name);
    }

    public async Task<PlatformMachine> CreateAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        Require(QemuReadiness.Check(processes, layout, kvm: null), spec);
        Validate(spec);
        var paths = layout.For(spec.Id);
        await journal.RecordAsync($"folder {paths.Folder}", cancellationToken).ConfigureAwait(false);
        var commands = await BeginAsync(paths, cancellationToken).ConfigureAwait(false);
        var made = QemuRecord.Read(paths.Record);
        if (made is not { Whole: true })
        {
            var (key, layer) = await SourceAsync(spec, journal, events, cancellationToken).ConfigureAwait(false);
            await journal.RecordAsync("disk", cancellationToken).ConfigureAwait(false);
            made = await MakeAsync(spec, paths, commands, key, layer, cancellationToken).ConfigureAwait(false);
        }

        return new PlatformMachine(spec, DataOf(made));
    }

    public async Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken)
    {
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        if (it.FindRunning() is not null)
        {
            await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
            return;
        }

        await it.KillAsync(cancellationToken).ConfigureAwait(false);
        await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
        var folder = bases.FolderOf(record.Base);
        var works = await kvm.WorksAsync(Path.Combine(folder, "kernel"), Path.Combine(folder, "initrd"), cancellationToken).ConfigureAwait(false);
        await it.StartAsync(record, QemuShape.Of(machine.Spec, works), machine.Spec.Network, events, cancellationToken).ConfigureAwait(false);
        events.Report(new DetailEvent($"Machine {machine.Spec.Name} is up."));
    }

    public async Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        if (Directory.Exists(paths.Folder))
        {
            var it = Open(paths, await BeginAsync(paths, cancellationToken).ConfigureAwait(false));
            await it.StopAsync(grace, cancellationToken).ConfigureAwait(false);
            await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        var record = QemuRecord.Read(paths.Record);
        if (record is null || HostProcess.Read(paths.Run)?.IsAlive() != true)
        {
            return record is null ? PowerState.Missing : PowerState.Stopped;
        }

        if (Open(paths, host) is { IsForgotten: true } it)
        {
            // Whoever is asking found that it does not answer: somebody was killed while it was held still for a snapshot.
            await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
        }

        return record.Suspended ? PowerState.Suspended : PowerState.Running;
    }

    public async Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        var fence = await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false);
        var disk = QemuRecord.Read(paths.Record)?.Disk;
        await Open(paths, new HostCommands(processes, fence)).KillAsync(cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => TryDelete(paths), TimeSpan.FromSeconds(10), clock, cancellationToken).ConfigureAwait(false);
        await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfLeft(machine, paths, disk);
        fence.Remove();
    }

    /// <summary>By a key of our own, which each machine's root has from its first boot.</summary>
    public ChannelCommand? GetPlatformShell(PlatformMachine machine)
    {
        var paths = layout.For(machine.Spec.Id);
        return new SshCommandBuilder(paths.KnownHosts, host.Require("ssh")).Channel(GetSshEndpoint(machine), machine.Spec.Name, "root", paths.RootKey, sudo: false);
    }

    public SshEndpoint GetSshEndpoint(PlatformMachine machine)
    {
        var paths = layout.For(machine.Spec.Id);

        // Its network has no way in but through its process, whose number the file tells anew at each start.
        const string Join = "read -r pid rest < \"$1\" && exec \"$2\" --preserve-credentials --user --net --target \"$pid\" \"$3\" -F 127.0.0.1 \"$4\"";
        string[] words =
        [
            "/bin/sh", "-c", Join, "proxy", paths.Run, host.Require("nsenter"), host.Require("nc"),
            QemuCommandLine.SshPort.ToString(CultureInfo.InvariantCulture),
        ];
        var proxy = PosixShell.QuoteAll(words.Select(w => w.Replace("%", "%%", StringComparison.Ordinal)));
        return new SshEndpoint("agw-" + paths.Id, 22, paths.Id, proxy, ["KexAlgorithms=curve25519-sha256", SshEndpoint.PassesSocket])
        {
            Patience = kvm.Known() == true ? null : TimeSpan.FromSeconds(45),
        };
    }

    public Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var keys = new KnownHosts(layout.For(machine.Spec.Id).KnownHosts).Find(machine.Spec.Id);
        return keys.Count > 0 ? Task.FromResult<IReadOnlyList<string>?>(keys)
            : throw new PlatformException($"Machine '{machine.Spec.Name}' has no host key: it was never made to the end.") { Target = machine.Spec.Name };
    }

    private async Task<HostCommands> BeginAsync(QemuPaths paths, CancellationToken cancellationToken) =>
        new(processes, await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false));

    private QemuMachine Open(QemuPaths paths, HostCommands commands) => new(paths, layout, commands, new LayerStore(layout, commands, clock), clock);

    private async Task<(QemuMachine Machine, QemuRecord Record)> OpenAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        var it = Open(paths, await BeginAsync(paths, cancellationToken).ConfigureAwait(false));
        return it.Record is { Whole: true } record ? (it, record)
            : throw new PlatformException($"Machine '{machine.Spec.Name}' is not in {layout.Machines}, or was never made to the end.") { Target = machine.Spec.Name };
    }

    /// <summary>The folder with its record, a layer of its own, and its identity.</summary>
    private async Task<QemuRecord> MakeAsync(
        MachineSpec spec, QemuPaths paths, HostCommands commands, string key, string? parent, CancellationToken cancellationToken)
    {
        UnixFiles.CreatePrivateFolder(paths.Folder);
        var store = new LayerStore(layout, commands, clock);
        var record = QemuRecord.Read(paths.Record);
        var size = spec.DiskGiB ?? DefaultGiB;
        var least = await bases.SizeAsync(parent is null ? layers.BaseDisk(key) : layers.Find(parent).File, cancellationToken).ConfigureAwait(false);
        if (parent is not null)
        {
            // A fork's disk is at least as large as what it was forked from.
            size = Math.Max(size, least);
        }
        else if (size < least)
        {
            throw Invalid(spec, FormattableString.Invariant($"A disk of {size} GiB cannot hold this image, which takes {least}."));
        }

        using (await store.LockAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record is null || !File.Exists(store.Find(record.Disk).File))
            {
                var disk = await store.CreateAsync(parent, key, size, cancellationToken).ConfigureAwait(false);
                record = new QemuRecord { Spec = spec, Base = key, Disk = disk.Id, Created = clock.GetUtcNow() };
                record.Write(paths.Record);
            }
        }

        await new QemuSeed(paths, commands).WriteAsync(spec, FilesOf(spec), cancellationToken).ConfigureAwait(false);
        record = record with { Spec = spec, Whole = true };
        record.Write(paths.Record);
        return record;
    }

    /// <summary>False where the programs around QEMU, which end with it, have just written their last words.</summary>
    private static bool TryDelete(QemuPaths paths)
    {
        try
        {
            if (Directory.Exists(paths.Folder))
            {
                foreach (var entry in new DirectoryInfo(paths.Folder).EnumerateFileSystemInfos().Where(e => e.FullName != paths.Record))
                {
                    entry.Delete();
                }

                Directory.Delete(paths.Folder, recursive: true);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void ThrowIfLeft(PlatformMachine machine, QemuPaths paths, string? disk)
    {
        List<string> left = [];
        if (Directory.Exists(paths.Folder))
        {
            left.Add(paths.Folder);
        }

        if (disk is not null && File.Exists(layers.Find(disk).File) && layers.Tree().Unneeded().Contains(disk, StringComparer.Ordinal))
        {
            left.Add(layers.Find(disk).File);
        }

        if (left.Count > 0)
        {
            throw new PlatformException($"Machine '{machine.Spec.Name}' is not wholly removed. Left are: {string.Join(", ", left)}.") { Target = machine.Spec.Name };
        }
    }

    private static void Require(PlatformReadiness readiness, MachineSpec spec)
    {
        if (!readiness.Ready)
        {
            throw new PlatformUnavailableException(readiness.Message) { Target = spec.Name, Recommendation = readiness.Recommendation };
        }
    }

    private static InvalidRequestException Invalid(MachineSpec spec, string message) => new(message) { Target = spec.Name };
}
