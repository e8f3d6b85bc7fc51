using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What the platform can do besides: images, snapshots, suspending, and telling which machines are ours.</summary>
public sealed partial class NspawnPlatform : IImageStore, IDiskSnapshots, ISuspendable, IMachineLister, IResizable
{
    string IImageStore.DefaultImage => DedicatedImages.DefaultName;

    async Task<IReadOnlyList<MachineImage>> IImageStore.ListImagesAsync(CancellationToken cancellationToken)
    {
        if (!store.IsMade)
        {
            return [];
        }

        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        var sizes = await store.MeasureAsync([.. prepared.Manifests().Select(m => prepared.RootOf(m.Name))], cancellationToken).ConfigureAwait(false);
        return prepared.List(dedicated.CountByImage(), sizes);
    }

    async Task<MachineImage> IImageStore.EnsureImageAsync(ImageRequest request, IEventSink events, CancellationToken cancellationToken)
    {
        if (request.File is not null)
        {
            throw new NotSupportedByPlatformException("The platform nspawn imports no images; it builds them.") { Target = request.File, Recommendation = "Name packages with -Package, or use the platform qemu." };
        }

        await prepared.EnsureAsync(request, events, cancellationToken).ConfigureAwait(false);
        return (await ((IImageStore)this).ListImagesAsync(cancellationToken).ConfigureAwait(false)).First(i => i.Name == request.Name);
    }

    // Machines are independent of the image that they were made of.
    async Task IImageStore.RemoveImageAsync(string name, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        await prepared.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        await store.RemoveIfEmptyAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task<IReadOnlyList<string>> IImageStore.ListPackagesAsync(string name, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        return prepared.Packages(name);
    }

    string IDiskSnapshots.Provider => "btrfs";

    bool IDiskSnapshots.KeepsMemory => false;

    Task<string> IDiskSnapshots.SnapshotAsync(PlatformMachine machine, string snapshotId, bool memory, IResourceJournal journal, CancellationToken cancellationToken) => memory
        ? throw new NotSupportedByPlatformException("The platform nspawn cannot save the memory of a machine.") { Target = machine.Spec.Name, Recommendation = "Leave -IncludeMemory out." }
        : dedicated.SnapshotAsync(layout.For(machine.Spec.Id), snapshotId, journal, cancellationToken);

    Task IDiskSnapshots.RestoreAsync(PlatformMachine machine, string snapshotId, IResourceJournal journal, CancellationToken cancellationToken) =>
        dedicated.RestoreAsync(machine, snapshotId, journal, cancellationToken);

    Task IDiskSnapshots.RemoveSnapshotAsync(PlatformMachine machine, string snapshotId, CancellationToken cancellationToken) =>
        dedicated.RemoveSnapshotAsync(snapshotId, cancellationToken);

    Task<IReadOnlyDictionary<string, SnapshotSize>> IDiskSnapshots.MeasureAsync(PlatformMachine machine, IReadOnlyList<string> snapshotIds, CancellationToken cancellationToken) =>
        dedicated.MeasureAsync(snapshotIds, cancellationToken);

    Task<PlatformMachine> IDiskSnapshots.CloneAsync(
        MachineSpec spec, PlatformMachine source, string snapshotId, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken) =>
        dedicated.CloneAsync(spec, snapshotId, journal, cancellationToken);

    Task ISuspendable.SuspendAsync(PlatformMachine machine, CancellationToken cancellationToken) => FreezeAsync(machine, freeze: true, cancellationToken);

    Task ISuspendable.ResumeAsync(PlatformMachine machine, CancellationToken cancellationToken) => FreezeAsync(machine, freeze: false, cancellationToken);

    Task<IReadOnlyList<FoundMachine>> IMachineLister.ListAsync(string? ownerTag, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<FoundMachine>>([.. dedicated.Records().Where(r => ownerTag is null || r.Owner.Owner == ownerTag).Select(r => Found(r.Paths, r.Owner))]);

    Task IMachineLister.TakeOverAsync(PlatformMachine machine, string ownerTag, CancellationToken cancellationToken)
    {
        var file = layout.For(machine.Spec.Id).Owner;
        var owner = OwnerRecord.Read(file) ?? throw Missing($"Machine '{machine.Spec.Name}' is not there any more.", machine);
        (owner with { Owner = ownerTag }).Write(file);
        return Task.CompletedTask;
    }

    bool IResizable.CanReshape(MachineSpec from, MachineSpec to) => (from.DiskGiB ?? DedicatedRoot.DefaultGiB) <= (to.DiskGiB ?? DedicatedRoot.DefaultGiB);

    Task IResizable.ReshapeAsync(PlatformMachine machine, CancellationToken cancellationToken) => dedicated.ReshapeAsync(machine, cancellationToken);

    private static FoundMachine Found(NspawnPaths paths, OwnerRecord owner) => new(
        new PlatformMachine(
            new MachineSpec
            {
                Id = paths.Id,
                Name = owner.Name,
                HostName = owner.HostName,
                OwnerTag = owner.Owner,
                WorkspacesPath = owner.WorkspacesPath,
                Dedicated = owner.Dedicated,
                Image = owner.Dedicated ? owner.Image : null,
                Cpus = owner.Cpus,
                MemoryMiB = owner.MemoryMiB,
                DiskGiB = owner.DiskGiB,
            },
            $$"""{"image":"{{owner.Image}}"}"""),
        owner.Dedicated ? File.Exists(paths.IdentityMark) : File.Exists(paths.HostKey),
        owner.Created);

    private async Task FreezeAsync(PlatformMachine machine, bool freeze, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var paths = layout.For(machine.Spec.Id);
        if (HostProcess.Read(paths.Run)?.IsAlive() != true)
        {
            throw new NotReadyException($"Machine '{machine.Spec.Name}' is not running.") { Target = machine.Spec.Name };
        }

        if (!await new MachineCgroup(paths.Id).FreezeAsync(freeze, TimeSpan.FromSeconds(10), clock, cancellationToken).ConfigureAwait(false))
        {
            throw Missing($"Machine '{machine.Spec.Name}' could not be {(freeze ? "suspended" : "resumed")} within 10 s.", machine);
        }
    }
}
