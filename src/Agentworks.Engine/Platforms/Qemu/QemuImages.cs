using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Provisioning;
using Agentworks.Transport;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// What dedicated machines are made of: a base on which bootstrap and initialization were done once, on a machine that then became a layer. A machine
/// of an image is a layer over that, with nothing left to do but to boot.
/// </summary>
internal sealed class QemuImages(QemuLayout layout, QemuBases bases, LayerStore layers, QemuPlatform platform, TimeProvider clock)
{
    public const string DefaultName = "debian-12";
    public const string Activity = "Preparing the image";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public QemuImage? Find(string name) => QemuImage.Read(RecordOf(name));

    public IReadOnlyList<QemuImage> List() => Directory.Exists(layout.Images)
        ? [.. Directory.EnumerateFiles(layout.Images, "*.json").Order(StringComparer.Ordinal).Select(QemuImage.Read).OfType<QemuImage>()]
        : [];

    public MachineImage Describe(QemuImage image)
    {
        var tree = layers.Tree();
        var disks = Directory.Exists(layout.Machines)
            ? Directory.GetDirectories(layout.Machines).Select(f => QemuRecord.Read(layout.For(Path.GetFileName(f)).Record)?.Disk).OfType<string>()
            : [];
        string[] files = [layers.BaseDisk(image.Base), .. image.Layer is null ? Array.Empty<string>() : [layers.Find(image.Layer).File]];
        return new MachineImage(
            image.Name, image.Key, files.Where(File.Exists).Sum(f => new FileInfo(f).Length), image.Digest is not null, image.Digest, image.Created,
            disks.Count(d => tree.Chain(d).Contains(image.Layer, StringComparer.Ordinal)));
    }

    /// <summary>The image as it is to be now; one of other inputs, such as of an earlier version of us, is made anew.</summary>
    /// <exception cref="NotFoundException">There is none of that name, and nobody said what is to be in it.</exception>
    public Task<QemuImage> RequireAsync(string? name, IEventSink events, CancellationToken cancellationToken)
    {
        var wanted = name is null or "bookworm" ? DefaultName : name;
        var known = Find(wanted);
        return known is null && wanted != DefaultName
            ? throw new NotFoundException("image", wanted) { Target = wanted, Recommendation = "Get-AgwImage lists them; New-AgwImage makes one." }
            : known?.Digest is not null ? Task.FromResult(known)
            : EnsureAsync(new ImageRequest { Name = wanted, Packages = known?.Asked ?? [] }, events, cancellationToken);
    }

    public async Task<QemuImage> EnsureAsync(ImageRequest request, IEventSink events, CancellationToken cancellationToken)
    {
        if (request.File is not null && request.Digest is not { Length: 64 })
        {
            throw new InvalidRequestException("To import an image, say which SHA-256 it must have.") { Target = request.File, Recommendation = $"Get-FileHash {request.File}" };
        }

        var digest = request.File is null ? null : request.Digest!.ToLowerInvariant();
        var inputs = QemuBases.Inputs(request.Packages);
        var below = digest is null ? QemuBases.KeyOf(inputs) : QemuBases.KeyOfImport(digest);
        var key = Hash(string.Join('\n', below, PreparedMachine.Version(MachineBoundary.Machine), EmbeddedText.Read("qemu-scrub.sh")));
        if (!request.Force && Whole(request.Name, key) is { } there)
        {
            return there;
        }

        using var held = await LockAsync(request.Name, events, cancellationToken).ConfigureAwait(false);
        if (!request.Force && Whole(request.Name, key) is { } meanwhile)
        {
            return meanwhile;
        }

        try
        {
            if (digest is null)
            {
                await bases.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await bases.ImportAsync(request.File!, digest, events, cancellationToken).ConfigureAwait(false);
            }

            return await PrepareAsync(request, digest, below, key, events, cancellationToken).ConfigureAwait(false);
        }
        catch when (digest is not null)
        {
            // What cannot be used is not kept.
            await bases.RemoveIfUnusedAsync(layers, below, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            events.Report(new ProgressEvent(Activity, "Done", 100, Completed: true));
        }
    }

    /// <summary>Machines of it keep what they need of it.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        using (await LockAsync(name, NullEventSink.Instance, cancellationToken).ConfigureAwait(false))
        {
            await platform.RemoveAsync(Template(name), cancellationToken).ConfigureAwait(false);
            UnixFiles.DeleteIfThere(RecordOf(name));
            await layers.TidyAsync(cancellationToken).ConfigureAwait(false);
        }

        await bases.RemoveUnusedAsync(layers, keep: null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<QemuImage> PrepareAsync(ImageRequest request, string? digest, string below, string key, IEventSink events, CancellationToken cancellationToken)
    {
        // As small as it can be, for the disks over it cannot be smaller.
        var machine = Template(request.Name, await bases.SizeAsync(layers.BaseDisk(below), cancellationToken).ConfigureAwait(false));
        await platform.RemoveAsync(machine, cancellationToken).ConfigureAwait(false);
        await platform.MakeTemplateAsync(machine.Spec, below, cancellationToken).ConfigureAwait(false);
        try
        {
            events.Report(new ProgressEvent(Activity, "Booting it", 40));
            await platform.StartAsync(machine, events, cancellationToken).ConfigureAwait(false);
            events.Report(new ProgressEvent(Activity, "Bootstrap and initialization", 50));
            var packages = await RunStepsAsync(machine, request.Name, bases.PackagesOf(below), events, cancellationToken).ConfigureAwait(false);
            events.Report(new ProgressEvent(Activity, "Shutting it down", 90));
            await platform.StopAsync(machine, Grace, cancellationToken).ConfigureAwait(false);

            var layer = QemuRecord.Read(layout.For(machine.Spec.Id).Record)!.Disk;
            UnixFiles.CreatePrivateFolder(layout.Images);
            var image = new QemuImage(request.Name, key, below, layer, packages, digest, clock.GetUtcNow()) { Asked = request.Packages };
            image.Write(RecordOf(request.Name));
            return image;
        }
        finally
        {
            await platform.RemoveAsync(machine, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<string>> RunStepsAsync(PlatformMachine machine, string name, string? debs, IEventSink events, CancellationToken cancellationToken)
    {
        var shell = new MachineShell(platform.GetPlatformShell(machine)!);
        await using var _ = shell.ConfigureAwait(false);
        if (debs is not null)
        {
            await InstallAsync(shell, name, debs, cancellationToken).ConfigureAwait(false);
        }

        var id = "image-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var steps = await Provisioner.RunAsync(
            shell, machine.Spec.Name, PreparedMachine.Steps(MachineBoundary.Machine), id, events, cancellationToken).ConfigureAwait(false);
        if (steps.FirstOrDefault(step => step.State == StepState.Failed) is { } failed)
        {
            throw new ProvisioningFailedException($"Step '{failed.Name}' failed in image '{name}': {failed.Detail}") { Target = name };
        }

        var scrubbed = await shell.RequireAsync(
            new RemoteCommand { Script = EmbeddedText.Read("qemu-scrub.sh"), Timeout = TimeSpan.FromMinutes(2) }, $"Cleaning image '{name}'", cancellationToken).ConfigureAwait(false);
        return scrubbed.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task InstallAsync(MachineShell shell, string name, string debs, CancellationToken cancellationToken)
    {
        var packages = new MemoryStream();
        await using var _ = packages.ConfigureAwait(false);
        await TarFile.CreateFromDirectoryAsync(debs, packages, includeBaseDirectory: false, cancellationToken).ConfigureAwait(false);
        packages.Position = 0;
        var install = new RemoteCommand { Script = EmbeddedText.Read("qemu-packages.sh"), Input = packages, Timeout = TimeSpan.FromMinutes(30) };
        await shell.RequireAsync(install, $"Installing packages in image '{name}'", cancellationToken).ConfigureAwait(false);
    }

    private QemuImage? Whole(string name, string key) =>
        Find(name) is { } image && image.Key == key && bases.Has(image.Base) && image.Layer is not null && File.Exists(layers.Find(image.Layer).File) ? image : null;

    private static PlatformMachine Template(string name, int? size = null) => new(
        new MachineSpec
        {
            Id = "image" + Hash(name)[..11],
            Name = "image-" + name,
            HostName = "localhost",
            OwnerTag = "image",
            Cpus = 2,
            MemoryMiB = 1024,
            DiskGiB = size,
            Dedicated = true,
            Network = NetworkRules.Closed,
            WorkspacesPath = PreparedMachine.Path,
        },
        "{}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16].ToLowerInvariant();

    private string RecordOf(string name) => Path.Combine(layout.Images, name + ".json");

    private async Task<IDisposable> LockAsync(string name, IEventSink events, CancellationToken cancellationToken)
    {
        UnixFiles.CreatePrivateFolder(layout.Root);
        for (var told = false; ; told = true)
        {
            if (FileLock.TryTake(Path.Combine(layout.Root, "images.lock")) is { } held)
            {
                return held;
            }

            if (!told)
            {
                events.Report(new ProgressEvent(Activity, $"Another process prepares an image; '{name}' waits"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
