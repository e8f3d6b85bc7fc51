using Agentworks.Errors;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The root of an ordinary machine: its image below, its own disk above.</summary>
internal sealed class LayeredRoot(NspawnPaths paths, HostCommands commands, TimeProvider clock, NspawnImageStore images) : IMachineRoot
{
    public MachineDisk Disk { get; } = new(paths, commands, clock);
    public MachineIdentity Identity { get; } = new(paths, commands);

    public string? Workspaces => paths.Workspaces;

    public async Task<string> OpenAsync(CancellationToken cancellationToken)
    {
        var owner = OwnerRecord.Read(paths.Owner) ?? throw Wrong($"Machine {paths.Id} has no record: {paths.Owner}.");
        if (!images.Has(owner.Image))
        {
            throw Wrong($"The image {owner.Image} of machine '{owner.Name}' is gone.");
        }

        await Disk.MountAsync(cancellationToken).ConfigureAwait(false);
        if (!Identity.IsWritten)
        {
            throw Wrong($"Machine '{owner.Name}' was never made to the end.");
        }

        await Disk.MountRootAsync(images.RootOf(owner.Image), cancellationToken).ConfigureAwait(false);
        return paths.RootMount;
    }

    public Task CloseAsync(CancellationToken cancellationToken) => Disk.UnmountAsync(cancellationToken);

    private PlatformException Wrong(string message) => new(message) { Target = paths.Id };
}
