using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Machines as containers of systemd-nspawn: a real Debian with systemd and sshd, a copy-on-write clone of one image, in process, mount and
/// network namespaces of its own. Its kernel is this computer's. Root in a dedicated machine is a user outside who owns nothing; root in another is root's
/// uid outside, and what is in there must be trusted a little. The disk is limited; processors and memory are only of dedicated
/// machines. A reboot from inside ends it; the next command that needs it starts it again.
/// </summary>
/// <remarks>
/// A machine is found by its id alone: a folder under <see cref="NspawnLayout.Machines"/>, a namespace, a control group and two processes
/// whose identities are in that folder. Nothing depends on <see cref="PlatformMachine.Data"/>.
/// </remarks>
public sealed partial class NspawnPlatform : IVmPlatform
{
    // For a shutdown that an earlier command began and did not live to see.
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(20);

    private readonly IProcessRunner processes;
    private readonly TimeProvider clock;
    private readonly NspawnLayout layout;
    private readonly NspawnImageStore images;
    private readonly DedicatedStore store;
    private readonly DedicatedImages prepared;
    private readonly DedicatedMachines dedicated;

    /// <param name="processes">Runs this computer's tools.</param>
    /// <param name="clock">For waits and the date of creation.</param>
    /// <param name="root">Where images and machines are kept; null for <see cref="NspawnLayout.DefaultRoot"/>.</param>
    public NspawnPlatform(IProcessRunner processes, TimeProvider clock, string? root = null)
    {
        this.processes = processes;
        this.clock = clock;
        layout = new NspawnLayout(root ?? NspawnLayout.DefaultRoot);
        images = new NspawnImageStore(processes, clock, layout);
        Uplink = new SlirpUplink(clock);
        store = new DedicatedStore(layout, new HostCommands(processes), clock);
        prepared = new DedicatedImages(processes, clock, layout, images, store);
        dedicated = new DedicatedMachines(processes, clock, layout, prepared, store);
    }

    public string Name => "nspawn";

    public PlatformTraits Traits { get; } = new(OwnsMachine: true, EnforcesSize: false, CanStart: true, MachineBoundary.Namespace);

    public Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(NspawnReadiness.Check(processes));

    public void Validate(MachineSpec spec)
    {
        if (!spec.Dedicated)
        {
            _ = ImageFor(spec);
        }

        if (SizeOf(spec) < 1)
        {
            throw new InvalidRequestException($"A disk of {SizeOf(spec)} GiB cannot be; it takes at least 1.") { Target = spec.Name };
        }

        if (!spec.WorkspacesPath.StartsWith('/') || spec.WorkspacesPath.Length == 1)
        {
            throw new InvalidRequestException($"'{spec.WorkspacesPath}' cannot hold workspaces; it must be an absolute path below /.")
            {
                Target = spec.Name,
            };
        }
    }

    public async Task<PlatformMachine> CreateAsync(
        MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.Check(processes), spec);
        Validate(spec);
        return spec.Dedicated
            ? await dedicated.CreateAsync(spec, journal, events, cancellationToken).ConfigureAwait(false)
            : await CreateLayeredAsync(spec, journal, events, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PlatformMachine> CreateLayeredAsync(
        MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        var inputs = ImageFor(spec);
        var paths = layout.For(spec.Id);
        var owner = OwnerRecord.Read(paths.Owner)
            ?? new OwnerRecord(spec.OwnerTag, spec.Name, spec.HostName, spec.WorkspacesPath, inputs.Key, clock.GetUtcNow());
        if (!images.Has(owner.Image))
        {
            owner = owner with { Image = inputs.Key };
        }

        // The record names the image before it is looked for, so that nobody removes it as unused in between.
        await journal.RecordAsync($"folder {paths.Folder}", cancellationToken).ConfigureAwait(false);
        var fence = await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false);
        var root = new LayeredRoot(paths, new HostCommands(processes, fence), clock, images);
        UnixFiles.CreatePrivateFolder(paths.Folder);
        owner.Write(paths.Owner);
        if (!images.Has(owner.Image))
        {
            await journal.RecordAsync($"image {owner.Image}", cancellationToken).ConfigureAwait(false);
            await images.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
            await TidyAsync(events, cancellationToken).ConfigureAwait(false);
        }

        await journal.RecordAsync($"disk {paths.Disk}", cancellationToken).ConfigureAwait(false);
        await root.Disk.CreateAsync(SizeOf(spec), cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync($"mount {paths.Files}", cancellationToken).ConfigureAwait(false);
        await root.Disk.MountAsync(cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync("identity", cancellationToken).ConfigureAwait(false);
        await root.Identity.WriteAsync(spec.HostName, spec.Network is null ? MachineNetwork.Resolver : MachineAddress.Gateway, cancellationToken).ConfigureAwait(false);
        return new PlatformMachine(spec, $$"""{"image":"{{owner.Image}}"}""");
    }

    public async Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var paths = layout.For(machine.Spec.Id);

        // Of a dedicated one whose rules nobody knows: closed.
        var rules = machine.Spec.Network?.Normalize() ?? (machine.Spec.Dedicated ? NetworkRules.Closed : null);
        var it = await BeginAsync(machine.Spec, cancellationToken).ConfigureAwait(false);
        var nspawn = it.IsStopping ? null : it.FindRunning();
        if (nspawn is null)
        {
            await it.StopAsync(DefaultGrace, cancellationToken).ConfigureAwait(false);
            var owner = OwnerRecord.Read(paths.Owner) ?? throw Missing($"Machine '{machine.Spec.Name}' is not in {layout.Machines}.", machine);
            nspawn = await it.LaunchAsync(owner, rules, cancellationToken).ConfigureAwait(false);
        }

        events.Report(new DetailEvent($"Machine {machine.Spec.Name} boots."));
        await it.AwaitBootAsync(nspawn, rules, events, cancellationToken).ConfigureAwait(false);
        events.Report(new DetailEvent($"Machine {machine.Spec.Name} is up."));
    }

    public async Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var paths = layout.For(machine.Spec.Id);
        if (Directory.Exists(paths.Folder))
        {
            var it = await BeginAsync(machine.Spec, cancellationToken).ConfigureAwait(false);
            await it.StopAsync(grace, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        return Task.FromResult(
            NspawnReadiness.CheckPrivileges() is { Ready: false } ? PowerState.Unknown
            : HostProcess.ReadAlive(paths.Run) is not null ? (new MachineCgroup(paths.Id).IsFrozen ? PowerState.Suspended : PowerState.Running)
            : File.Exists(paths.Owner) ? PowerState.Stopped
            : PowerState.Missing);
    }

    public async Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var paths = layout.For(machine.Spec.Id);
        var fence = await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false);
        var it = Machine(machine.Spec, new HostCommands(processes, fence));
        await it.StopAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (machine.Spec.Dedicated)
        {
            await dedicated.RemoveAsync(paths, cancellationToken).ConfigureAwait(false);
        }

        NspawnRemains.Delete(paths);
        NspawnRemains.ThrowIfAny(paths, machine.Spec.Name);
        fence.Remove();
    }

    public ChannelCommand? GetPlatformShell(PlatformMachine machine)
    {
        var id = layout.For(machine.Spec.Id).Id;
        var group = new MachineCgroup(id);
        var init = group.FindInit() ?? throw new NotReadyException($"Machine '{machine.Spec.Name}' is not running.")
        {
            Target = machine.Spec.Name,
        };
        return NspawnShell.Describe(new HostCommands(processes), machine.Spec.Name, init, [.. group.InitFiles, .. new MachineLimits(id).JoinFiles]);
    }

    public SshEndpoint GetSshEndpoint(PlatformMachine machine)
    {
        var paths = layout.For(machine.Spec.Id);

        // The link never leaves this computer: the key exchange that also withstands quantum computers would only cost time.
        return new SshEndpoint(
            paths.Name, 22, paths.Id, NspawnShell.ProxyCommand(new HostCommands(processes), paths), ["KexAlgorithms=curve25519-sha256", SshEndpoint.PassesSocket]);
    }

    public Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        if (!File.Exists(paths.HostKey))
        {
            throw Missing($"Machine '{machine.Spec.Name}' has no host key: it was never made to the end.", machine);
        }

        var words = File.ReadAllText(paths.HostKey).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Task.FromResult<IReadOnlyList<string>?>([$"{words[0]} {words[1]}"]);
    }

    private async Task<NspawnMachine> BeginAsync(MachineSpec spec, CancellationToken cancellationToken)
    {
        var fence = await OperationFence.BeginAsync(layout.For(spec.Id).Lock, clock, cancellationToken).ConfigureAwait(false);
        return Machine(spec, new HostCommands(processes, fence));
    }

    private NspawnMachine Machine(MachineSpec spec, HostCommands commands)
    {
        var paths = layout.For(spec.Id);
        IMachineRoot root = spec.Dedicated ? new DedicatedRoot(paths, new DedicatedStore(layout, commands, clock)) : new LayeredRoot(paths, commands, clock, images);
        return new NspawnMachine(paths, commands, clock, root, Uplink);
    }

    /// <summary>A new image has taken the place of older ones, which go unless machines are copies of them.</summary>
    private async Task TidyAsync(IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var image in await images.RemoveUnusedAsync(cancellationToken).ConfigureAwait(false))
            {
                events.Report(new DetailEvent($"The machine image {image} was removed: no machine uses it any more."));
            }
        }
        catch (PlatformException e)
        {
            events.Report(new WarningEvent(e.Message));
        }
    }

    private static ImageInputs ImageFor(MachineSpec spec) => spec.Image is null or "debian-12" or "bookworm"
        ? ImageInputs.Default()
        : throw new NotSupportedByPlatformException($"The platform nspawn has no image '{spec.Image}'; it has 'debian-12'.")
        {
            Target = spec.Name,
        };

    private static int SizeOf(MachineSpec spec) => spec.DiskGiB ?? MachineDisk.DefaultGiB;

    private static void Require(PlatformReadiness readiness, MachineSpec spec)
    {
        if (!readiness.Ready)
        {
            throw new PlatformUnavailableException(readiness.Message) { Target = spec.Name, Recommendation = readiness.Recommendation };
        }
    }

    private static PlatformException Missing(string message, PlatformMachine machine) => new(message) { Target = machine.Spec.Name };
}
