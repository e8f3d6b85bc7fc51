using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Provisioning;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Images of dedicated machines: the root of a machine that has been through bootstrap and initialization once, without its identity, as a
/// read-only subvolume of the store. images/&lt;name&gt; is the root, &lt;name&gt;.json beside it says that it is whole and what it was made of.
/// </summary>
internal sealed class DedicatedImages(IProcessRunner processes, TimeProvider clock, NspawnLayout layout, NspawnImageStore bases, DedicatedStore store)
{
    public const string DefaultName = "debian-12";
    public const string Activity = "Preparing the image";

    private readonly HostCommands commands = new(processes);

    public string RootOf(string name) => Path.Combine(store.Images, name);

    public IReadOnlyList<MachineImage> List(IReadOnlyDictionary<string, int> machines, IReadOnlyDictionary<string, SnapshotSize> sizes) =>
        [.. Manifests().Select(m => new MachineImage(
            m.Name, m.Key, sizes.GetValueOrDefault(RootOf(m.Name))?.Referenced ?? 0, Imported: false, Digest: null, m.Created, machines.GetValueOrDefault(m.Name)))];

    public IReadOnlyList<ImageManifest> Manifests() => Directory.Exists(store.Images)
        ? [.. Directory.EnumerateFiles(store.Images, "*.json").Select(ImageManifest.Read).OfType<ImageManifest>().OrderBy(m => m.Name, StringComparer.Ordinal)]
        : [];

    /// <summary>The image as it is to be now; one of other inputs, such as of an earlier version of us, is made anew.</summary>
    /// <exception cref="NotFoundException">There is none of that name, and nobody said what is to be in it.</exception>
    public async Task<ImageManifest> RequireAsync(string? name, IEventSink events, CancellationToken cancellationToken)
    {
        var wanted = name is null or "bookworm" ? DefaultName : name;
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var known = ImageManifest.Read(ManifestOf(wanted));
        return known is null && wanted != DefaultName
            ? throw new NotFoundException("image", wanted) { Target = wanted, Recommendation = "Get-AgwImage lists them; New-AgwImage makes one." }
            : await EnsureAsync(new ImageRequest { Name = wanted, Packages = known?.Packages ?? [] }, events, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ImageManifest> EnsureAsync(ImageRequest request, IEventSink events, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var (inputs, key) = Inputs(request);
        if (!request.Force && Find(request.Name, key) is { } there)
        {
            return there;
        }

        using var held = await LockAsync(request.Name, events, cancellationToken).ConfigureAwait(false);
        if (!request.Force && Find(request.Name, key) is { } meanwhile)
        {
            return meanwhile;
        }

        try
        {
            return await PrepareAsync(request, inputs, key, events, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            events.Report(new ProgressEvent(Activity, "Done", 100, Completed: true));
        }
    }

    public IReadOnlyList<string> Packages(string name) =>
        File.Exists(PackagesOf(name)) ? File.ReadAllLines(PackagesOf(name)) : throw new NotFoundException("image", name) { Target = name, Recommendation = "Get-AgwImage lists them." };

    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(name, NullEventSink.Instance, cancellationToken).ConfigureAwait(false);
        File.Delete(ManifestOf(name));
        await DiscardTemplateAsync(name, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(RootOf(name), cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(RootOf(name) + ".new", cancellationToken).ConfigureAwait(false);
        File.Delete(PackagesOf(name));
    }

    private async Task<ImageManifest> PrepareAsync(ImageRequest request, ImageInputs inputs, string key, IEventSink events, CancellationToken cancellationToken)
    {
        events.Report(new ProgressEvent(Activity, "Base system", 5));
        await DiscardTemplateAsync(request.Name, cancellationToken).ConfigureAwait(false);
        var paths = layout.For(TemplateId(request.Name));
        var spec = new MachineSpec { Id = paths.Id, Name = "image-" + request.Name, HostName = "localhost", OwnerTag = "image", Dedicated = true, WorkspacesPath = PreparedMachine.Path };
        var owner = new OwnerRecord(spec.OwnerTag, spec.Name, spec.HostName, spec.WorkspacesPath, inputs.Key, clock.GetUtcNow()) { Dedicated = true };
        UnixFiles.CreatePrivateFolder(paths.Folder);

        // As long as this record names the base, nobody removes it as unused.
        owner.Write(paths.Owner);
        var rootfs = await bases.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
        events.Report(new ProgressEvent(Activity, "Copying the base system", 50));
        var root = new DedicatedRoot(paths, store);
        await store.CreateAsync(root.Folder, cancellationToken).ConfigureAwait(false);
        await commands.RunAsync("cp", ["-a", rootfs + "/.", root.Folder + "/"], cancellationToken).ConfigureAwait(false);

        // systemd would make subvolumes of them, which a snapshot leaves out.
        foreach (var folder in new[] { "var/lib/portables", "var/lib/machines" })
        {
            Directory.CreateDirectory(Path.Combine(root.Folder, folder));
        }

        await new DedicatedIdentity(paths, commands).WriteAsync(root.Folder, spec, cancellationToken).ConfigureAwait(false);
        await RunStepsAsync(paths, root, owner, request.Name, events, cancellationToken).ConfigureAwait(false);
        await commands.RunAsync("/bin/sh", ["-c", EmbeddedText.Read("nspawn-scrub.sh"), "scrub", root.Folder], cancellationToken).ConfigureAwait(false);

        events.Report(new ProgressEvent(Activity, "Keeping it", 95));
        File.Delete(ManifestOf(request.Name));
        await store.DeleteAsync(RootOf(request.Name) + ".new", cancellationToken).ConfigureAwait(false);
        await store.CopyAsync(root.Folder, RootOf(request.Name) + ".new", readOnly: true, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(RootOf(request.Name), cancellationToken).ConfigureAwait(false);
        Directory.Move(RootOf(request.Name) + ".new", RootOf(request.Name));
        File.Copy(rootfs + ".packages", PackagesOf(request.Name), overwrite: true);
        var manifest = new ImageManifest(request.Name, key, request.Packages, clock.GetUtcNow());
        manifest.Write(ManifestOf(request.Name));
        await DiscardTemplateAsync(request.Name, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    private async Task RunStepsAsync(NspawnPaths paths, DedicatedRoot root, OwnerRecord owner, string name, IEventSink events, CancellationToken cancellationToken)
    {
        events.Report(new ProgressEvent(Activity, "Booting it", 60));
        var machine = new NspawnMachine(paths, commands, clock, root);
        var nspawn = await machine.LaunchAsync(owner, NetworkRules.Closed, cancellationToken).ConfigureAwait(false);
        await machine.AwaitBootAsync(nspawn, NetworkRules.Closed, events, cancellationToken).ConfigureAwait(false);
        events.Report(new ProgressEvent(Activity, "Bootstrap and initialization", 70));
        var group = new MachineCgroup(paths.Id);
        var shell = new MachineShell(NspawnShell.Describe(commands, owner.Name, group.FindInit() ?? nspawn.Pid, group.InitFiles));
        await using (shell.ConfigureAwait(false))
        {
            var steps = await Provisioner.RunAsync(
                shell, owner.Name, PreparedMachine.Steps(MachineBoundary.Namespace), "image-" + RandomNumberGenerator.GetHexString(16, lowercase: true), events, cancellationToken).ConfigureAwait(false);
            if (steps.FirstOrDefault(step => step.State == StepState.Failed) is { } failed)
            {
                throw new ProvisioningFailedException($"Step '{failed.Name}' failed in image '{name}': {failed.Detail}") { Target = name };
            }
        }

        events.Report(new ProgressEvent(Activity, "Shutting it down", 85));
        await machine.StopAsync(TimeSpan.FromSeconds(20), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes away the machine that becomes the image, whole or half made.</summary>
    private async Task DiscardTemplateAsync(string name, CancellationToken cancellationToken)
    {
        var paths = layout.For(TemplateId(name));
        var root = new DedicatedRoot(paths, store);
        await new NspawnMachine(paths, commands, clock, root).StopAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        await root.DeleteAsync(cancellationToken).ConfigureAwait(false);
        NspawnRemains.Delete(paths);
        NspawnRemains.ThrowIfAny(paths, "image-" + name);
    }

    private ImageManifest? Find(string name, string key) =>
        ImageManifest.Read(ManifestOf(name)) is { } manifest && manifest.Key == key && Directory.Exists(RootOf(name)) ? manifest : null;

    private static (ImageInputs Inputs, string Key) Inputs(ImageRequest request)
    {
        var basic = ImageInputs.Default();
        var inputs = basic with { Packages = [.. basic.Packages, .. request.Packages.Except(basic.Packages, StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
        string[] all = [inputs.Key, PreparedMachine.Version(MachineBoundary.Namespace), EmbeddedText.Read("nspawn-scrub.sh")];
        return (inputs, Hash(string.Join('\n', all)));
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16].ToLowerInvariant();

    private static string TemplateId(string name) => "image" + Hash(name)[..11];

    private string ManifestOf(string name) => RootOf(name) + ".json";
    private string PackagesOf(string name) => RootOf(name) + ".packages";

    private async Task<IDisposable> LockAsync(string name, IEventSink events, CancellationToken cancellationToken)
    {
        for (var told = false; ; told = true)
        {
            if (FileLock.TryTake(Path.Combine(layout.Root, "dedicated-images.lock")) is { } held)
            {
                return held;
            }

            if (!told)
            {
                events.Report(new ProgressEvent(Activity, $"Another process prepares an image; '{name}' waits"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
