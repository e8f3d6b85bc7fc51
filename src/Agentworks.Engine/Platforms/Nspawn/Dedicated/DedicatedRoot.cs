using Agentworks.Errors;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The root of a dedicated machine: one subvolume of the store. While a restore puts another in its place, the new one lies beside it;
/// whoever comes next finishes that or clears it away.
/// </summary>
internal sealed class DedicatedRoot(NspawnPaths paths, DedicatedStore store) : IMachineRoot
{
    public const int DefaultGiB = 10;

    public string Folder => Path.Combine(store.Roots, paths.Id);

    public string? Workspaces => null;

    public bool IsMade => Directory.Exists(Folder);

    private string Next => Folder + ".next";
    private string Old => Folder + ".old";

    public async Task<string> OpenAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        return IsMade && File.Exists(paths.IdentityMark) ? Folder
            : throw new PlatformException($"Machine {paths.Id} was never made to the end.") { Target = paths.Id };
    }

    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes it of an image or a snapshot, unless it is there.</summary>
    public async Task CreateAsync(string from, int gib, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        if (!IsMade)
        {
            await store.CopyAsync(from, Folder, readOnly: false, cancellationToken).ConfigureAwait(false);
        }

        await store.LimitAsync(Folder, gib, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a copy of <paramref name="snapshot"/> beside it.</summary>
    public async Task PrepareAsync(string snapshot, int gib, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken).ConfigureAwait(false);
        await store.CopyAsync(snapshot, Next, readOnly: false, cancellationToken).ConfigureAwait(false);
        await store.LimitAsync(Next, gib, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts what was prepared in its place. The machine must not run.</summary>
    public async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.Move(Folder, Old);
            Directory.Move(Next, Folder);
        }
        catch (IOException e) when (IsMade && DiskFullException.IsToldBy(e.Message))
        {
            // The old one is in its place still.
            await SettleAsync(cancellationToken).ConfigureAwait(false);
            throw new DiskFullException($"The root of machine {paths.Id} could not be replaced.", paths.Id);
        }

        await store.DeleteAsync(Old, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a replacement that was cut off: where the old root had been moved away already, the new one takes its place.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (!IsMade && Directory.Exists(Next))
        {
            Directory.Move(Next, Folder);
        }

        await store.DeleteAsync(Next, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(Old, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { Next, Old, Folder })
        {
            await store.DeleteAsync(folder, cancellationToken).ConfigureAwait(false);
        }
    }
}
