using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Provisioning;

namespace Agentworks.Platforms.Qemu;

/// <summary>Images, and which machines are ours.</summary>
public sealed partial class QemuPlatform : IImageStore, IMachineLister
{
    private QemuImages Images => new(layout, bases, layers, this, clock);

    string IImageStore.DefaultImage => QemuImages.DefaultName;

    Task<IReadOnlyList<MachineImage>> IImageStore.ListImagesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MachineImage>>([.. Images.List().Select(Images.Describe)]);

    async Task<MachineImage> IImageStore.EnsureImageAsync(ImageRequest request, IEventSink events, CancellationToken cancellationToken) =>
        Images.Describe(await Images.EnsureAsync(request, events, cancellationToken).ConfigureAwait(false));

    Task IImageStore.RemoveImageAsync(string name, CancellationToken cancellationToken) => Images.RemoveAsync(name, cancellationToken);

    Task<IReadOnlyList<string>> IImageStore.ListPackagesAsync(string name, CancellationToken cancellationToken) => Images.Find(name) is { } image
        ? Task.FromResult(image.Packages)
        : throw new NotFoundException("image", name) { Target = name, Recommendation = "Get-AgwImage lists them." };

    Task<IReadOnlyList<FoundMachine>> IMachineLister.ListAsync(string? ownerTag, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<FoundMachine>>(
        Directory.Exists(layout.Machines)
            ? [.. Directory.GetDirectories(layout.Machines).Select(f => QemuRecord.Read(layout.For(Path.GetFileName(f)).Record)).OfType<QemuRecord>()
                .Where(r => ownerTag is null || r.Spec.OwnerTag == ownerTag)
                .Select(r => new FoundMachine(new PlatformMachine(r.Spec, DataOf(r)), r.Whole, r.Created))]
            : []);

    Task IMachineLister.TakeOverAsync(PlatformMachine machine, string ownerTag, CancellationToken cancellationToken)
    {
        var file = layout.For(machine.Spec.Id).Record;
        var record = QemuRecord.Read(file) ?? throw new PlatformException($"Machine '{machine.Spec.Name}' is not there any more.") { Target = machine.Spec.Name };
        (record with { Spec = record.Spec with { OwnerTag = ownerTag } }).Write(file);
        return Task.CompletedTask;
    }

    /// <summary>A machine over a bare base, which is to become an image.</summary>
    internal async Task MakeTemplateAsync(MachineSpec spec, string key, CancellationToken cancellationToken)
    {
        var paths = layout.For(spec.Id);
        await MakeAsync(spec, paths, await BeginAsync(paths, cancellationToken).ConfigureAwait(false), key, parent: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a new machine's disk lies on: a base, and a layer over it where an image was prepared.</summary>
    private async Task<(string Base, string? Layer)> SourceAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        if (spec.Dedicated)
        {
            await journal.RecordAsync($"image {spec.Image ?? QemuImages.DefaultName}", cancellationToken).ConfigureAwait(false);
            var image = await Images.RequireAsync(spec.Image, events, cancellationToken).ConfigureAwait(false);
            return (image.Base, image.Layer);
        }

        if (spec.Image is not (null or QemuImages.DefaultName or "bookworm"))
        {
            return Images.Find(spec.Image) is { } named ? (named.Base, null)
                : throw new NotFoundException("image", spec.Image) { Target = spec.Image, Recommendation = "Get-AgwImage lists them; New-AgwImage makes one." };
        }

        var inputs = QemuBases.Inputs([]);
        var key = QemuBases.KeyOf(inputs);
        if (!bases.Has(key))
        {
            await journal.RecordAsync($"base {key}", cancellationToken).ConfigureAwait(false);
            await bases.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
            await bases.RemoveUnusedAsync(layers, keep: key, cancellationToken).ConfigureAwait(false);
        }

        return (key, null);
    }

    /// <summary>The files of a machine's own that are no secrets.</summary>
    private static IReadOnlyList<MachineFile> FilesOf(MachineSpec spec) => spec.Dedicated ? PreparedMachine.Identity(spec) :
    [
        new("/etc/hostname", "0644", spec.HostName + "\n"),
        new("/etc/hosts", "0644", $"127.0.0.1\tlocalhost\n127.0.1.1\t{spec.HostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
    ];

    private static string DataOf(QemuRecord record) => $$"""{"base":"{{record.Base}}"}""";
}
