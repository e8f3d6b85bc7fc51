using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Machines as containers of systemd-nspawn: a real Debian with systemd and sshd, a copy-on-write clone of one image, in process, mount and
/// network namespaces of its own. Its kernel is this computer's, and root inside is root's uid outside: it separates things that trust
/// each other a little, and it is no wall against an attacker who is root inside. CPU and memory are not limited; the disk is.
/// </summary>
/// <remarks>
/// A machine is found by its id alone: a folder under <see cref="NspawnLayout.Machines"/>, a namespace, a control group and two processes
/// whose identities are in that folder. Nothing depends on <see cref="PlatformMachine.Data"/>.
/// </remarks>
public sealed class NspawnPlatform : IVmPlatform
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(60);

    private readonly HostCommands commands;
    private readonly IProcessRunner processes;
    private readonly TimeProvider clock;
    private readonly NspawnLayout layout;
    private readonly NspawnImageStore images;

    /// <param name="processes">Runs this computer's tools.</param>
    /// <param name="clock">For waits and the date of creation.</param>
    /// <param name="root">Where images and machines are kept; null for <see cref="NspawnLayout.DefaultRoot"/>.</param>
    public NspawnPlatform(IProcessRunner processes, TimeProvider clock, string? root = null)
    {
        this.processes = processes;
        this.clock = clock;
        commands = new HostCommands(processes);
        layout = new NspawnLayout(root ?? NspawnLayout.DefaultRoot);
        images = new NspawnImageStore(processes, clock, layout);
    }

    public string Name => "nspawn";

    public PlatformTraits Traits { get; } = new(OwnsMachine: true, EnforcesSize: false, CanStart: true);

    public Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(NspawnReadiness.Check(processes));

    public async Task<PlatformMachine> CreateAsync(
        MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.Check(processes), spec);
        var (paths, disk) = Machine(spec);
        var gib = Validate(spec);
        var inputs = ImageFor(spec);
        var owner = OwnerRecord.Read(paths.Owner)
            ?? new OwnerRecord(spec.OwnerTag, spec.Name, spec.HostName, spec.WorkspacesPath, inputs.Key, clock.GetUtcNow());
        if (!images.Has(owner.Image))
        {
            owner = owner with { Image = inputs.Key };
        }

        // The record names the image before it is looked for, so that nobody removes it as unused in between.
        await journal.RecordAsync($"folder {paths.Folder}", cancellationToken).ConfigureAwait(false);
        UnixFiles.CreatePrivateFolder(layout.Machines);
        UnixFiles.CreatePrivateFolder(paths.Folder);
        owner.Write(paths.Owner);
        if (!images.Has(owner.Image))
        {
            await journal.RecordAsync($"image {owner.Image}", cancellationToken).ConfigureAwait(false);
            await images.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
        }

        await journal.RecordAsync($"disk {paths.Disk}", cancellationToken).ConfigureAwait(false);
        await disk.CreateAsync(gib, cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync($"mount {paths.Files}", cancellationToken).ConfigureAwait(false);
        await disk.MountAsync(cancellationToken).ConfigureAwait(false);
        await journal.RecordAsync("identity", cancellationToken).ConfigureAwait(false);
        await new MachineIdentity(paths, commands).WriteAsync(spec.HostName, cancellationToken).ConfigureAwait(false);
        return new PlatformMachine(spec, $$"""{"image":"{{owner.Image}}"}""");
    }

    public async Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var (paths, disk) = Machine(machine.Spec);
        var nspawn = ProcessIdentity.Read(paths.Run);
        if (nspawn is null || !nspawn.IsAlive())
        {
            // nspawn may have been killed and its machine live on: two on one disk must not be.
            await ClearAsync(paths, disk, cancellationToken).ConfigureAwait(false);
            nspawn = await LaunchAsync(paths, disk, cancellationToken).ConfigureAwait(false);
        }

        events.Report(new DetailEvent($"Machine {machine.Spec.Name} boots."));
        try
        {
            await Task.WhenAll(
                new MachineNetwork(paths, commands, clock).ConnectAsync(events, cancellationToken),
                AwaitBootAsync(paths, nspawn, cancellationToken)).ConfigureAwait(false);
        }
        catch when (cancellationToken.IsCancellationRequested || !nspawn.IsAlive())
        {
            // One that runs but whose sshd is silent is left for its platform shell to look into.
            await ClearAsync(paths, disk, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        events.Report(new DetailEvent($"Machine {machine.Spec.Name} answers."));
    }

    public async Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var (paths, disk) = Machine(machine.Spec);

        // nspawn passes SIGTERM on to the machine's init as the signal that means an orderly shutdown.
        await BackgroundProgram.EndAsync(paths.Run, grace, clock, cancellationToken).ConfigureAwait(false);
        await ClearAsync(paths, disk, cancellationToken).ConfigureAwait(false);
    }

    public Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var (paths, _) = Machine(machine.Spec);
        return Task.FromResult(
            NspawnReadiness.CheckPrivileges() is { Ready: false } ? PowerState.Unknown
            : ProcessIdentity.Read(paths.Run) is { } nspawn && nspawn.IsAlive() ? PowerState.Running
            : File.Exists(paths.Owner) ? PowerState.Stopped
            : PowerState.Missing);
    }

    public async Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var (paths, disk) = Machine(machine.Spec);
        await BackgroundProgram.EndAsync(paths.Run, TimeSpan.Zero, clock, cancellationToken).ConfigureAwait(false);
        await ClearAsync(paths, disk, cancellationToken).ConfigureAwait(false);
        NspawnRemains.Delete(paths);
        NspawnRemains.ThrowIfAny(paths, machine.Spec.Name);
    }

    public ChannelCommand? GetPlatformShell(PlatformMachine machine)
    {
        var (paths, _) = Machine(machine.Spec);
        var group = new MachineCgroup(paths.Id);
        var init = group.FindInit() ?? throw new NotReadyException($"Machine '{machine.Spec.Name}' is not running.")
        {
            Target = machine.Spec.Name,
        };
        return NspawnShell.Describe(commands, machine.Spec.Name, init, group.InitFiles);
    }

    public SshEndpoint GetSshEndpoint(PlatformMachine machine)
    {
        var (paths, _) = Machine(machine.Spec);

        // The link never leaves this computer: the key exchange that also withstands quantum computers would only cost time.
        return new SshEndpoint(
            paths.Name, 22, paths.Id, NspawnShell.ProxyCommand(commands, paths), ["KexAlgorithms=curve25519-sha256"]);
    }

    public Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var (paths, _) = Machine(machine.Spec);
        if (!File.Exists(paths.HostKey))
        {
            throw new PlatformException($"Machine '{machine.Spec.Name}' has no host key: it was never made to the end.")
            {
                Target = machine.Spec.Name,
            };
        }

        var words = File.ReadAllText(paths.HostKey).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Task.FromResult<IReadOnlyList<string>?>([$"{words[0]} {words[1]}"]);
    }

    private async Task<ProcessIdentity> LaunchAsync(NspawnPaths paths, MachineDisk disk, CancellationToken cancellationToken)
    {
        var owner = OwnerRecord.Read(paths.Owner)
            ?? throw new PlatformException($"Machine {paths.Id} does not exist in {layout.Machines}.") { Target = paths.Id };
        if (!images.Has(owner.Image))
        {
            throw new PlatformException($"The image {owner.Image} of machine '{owner.Name}' is missing from {layout.Images}.")
            {
                Target = owner.Name,
            };
        }

        await disk.MountAsync(cancellationToken).ConfigureAwait(false);
        if (!new MachineIdentity(paths, commands).IsWritten)
        {
            throw new PlatformException($"Machine '{owner.Name}' was never made to the end.") { Target = owner.Name };
        }

        await disk.MountRootAsync(images.RootOf(owner.Image), cancellationToken).ConfigureAwait(false);
        await new MachineNetwork(paths, commands, clock).CreateAsync(cancellationToken).ConfigureAwait(false);
        return await NspawnLauncher.StartAsync(commands, paths, owner.WorkspacesPath, cancellationToken).ConfigureAwait(false);
    }

    private async Task AwaitBootAsync(NspawnPaths paths, ProcessIdentity nspawn, CancellationToken cancellationToken)
    {
        var group = new MachineCgroup(paths.Id);
        bool Answers() => group.FindInit() is { } init && ListeningPorts.Has(init, 22);
        await Waiting.UntilAsync(() => Answers() || !nspawn.IsAlive(), BootLimit, clock, cancellationToken).ConfigureAwait(false);
        if (!Answers())
        {
            var what = nspawn.IsAlive()
                ? string.Create(CultureInfo.InvariantCulture, $"its sshd did not answer within {BootLimit.TotalSeconds} s")
                : "it ended while it booted";
            var console = File.Exists(paths.Console) ? HostCommands.Tail(await ReadConsoleAsync(paths, cancellationToken).ConfigureAwait(false)) : "";
            throw new PlatformException($"Machine {paths.Id} did not start: {what}. Its console ends with:\n{console}") { Target = paths.Id };
        }
    }

    private static async Task<string> ReadConsoleAsync(NspawnPaths paths, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(paths.Console, cancellationToken).ConfigureAwait(false);
        return string.Concat(text.Where(c => c == '\n' || !char.IsControl(c)));
    }

    /// <summary>Takes away everything of a machine that does not run (any more), except its files.</summary>
    private async Task ClearAsync(NspawnPaths paths, MachineDisk disk, CancellationToken cancellationToken)
    {
        var group = new MachineCgroup(paths.Id);
        await group.KillAsync(clock, cancellationToken).ConfigureAwait(false);
        await new MachineNetwork(paths, commands, clock).RemoveAsync(cancellationToken).ConfigureAwait(false);
        await disk.UnmountAsync(cancellationToken).ConfigureAwait(false);
        group.Remove();
        UnixFiles.DeleteIfThere(paths.Run);
    }

    private static ImageInputs ImageFor(MachineSpec spec) => spec.Image is null or "debian-12" or "bookworm"
        ? ImageInputs.Default()
        : throw new NotSupportedByPlatformException($"The platform nspawn has no image '{spec.Image}'; it has 'debian-12'.")
        {
            Target = spec.Name,
        };

    private static int Validate(MachineSpec spec)
    {
        var gib = spec.DiskGiB ?? MachineDisk.DefaultGiB;
        return gib < 1 ? throw new InvalidRequestException($"A disk of {gib} GiB cannot be; it takes at least 1.") { Target = spec.Name }
            : !spec.WorkspacesPath.StartsWith('/') || spec.WorkspacesPath.Length == 1
                ? throw new InvalidRequestException($"'{spec.WorkspacesPath}' cannot hold workspaces; it must be an absolute path below /.")
                {
                    Target = spec.Name,
                }
                : gib;
    }

    private static void Require(PlatformReadiness readiness, MachineSpec spec)
    {
        if (!readiness.Ready)
        {
            throw new PlatformUnavailableException(readiness.Message) { Target = spec.Name, Recommendation = readiness.Recommendation };
        }
    }

    private (NspawnPaths Paths, MachineDisk Disk) Machine(MachineSpec spec)
    {
        var paths = layout.For(spec.Id);
        return (paths, new MachineDisk(paths, commands, clock));
    }
}
