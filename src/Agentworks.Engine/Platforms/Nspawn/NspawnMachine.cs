using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>One machine within one operation on it: its root, network, control groups and processes.</summary>
internal sealed class NspawnMachine(NspawnPaths paths, HostCommands commands, TimeProvider clock, IMachineRoot root, IGatewayUplink? uplink = null)
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(60);

    private readonly MachineNetwork network = new(paths, commands, uplink ?? new SlirpUplink(clock), clock);
    private readonly MachineCgroup group = new(paths.Id);
    private readonly MachineLimits limits = new(paths.Id);

    public bool IsStopping => File.Exists(paths.Stopping);

    public HostProcess? FindRunning() => HostProcess.ReadAlive(paths.Run);

    /// <summary>Mounts everything and starts nspawn.</summary>
    public async Task<HostProcess> LaunchAsync(OwnerRecord owner, NetworkRules? rules, CancellationToken cancellationToken)
    {
        try
        {
            var opened = root.OpenAsync(cancellationToken);
            await Task.WhenAll(opened, network.CreateAsync(rules, cancellationToken)).ConfigureAwait(false);
            var folder = await opened.ConfigureAwait(false);
            return await NspawnLauncher.StartAsync(commands, paths, folder, root.Workspaces, owner, joinsLater: rules is not null, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ClearAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives it its way out while it boots, and returns when its sshd listens.</summary>
    public async Task AwaitBootAsync(HostProcess nspawn, NetworkRules? rules, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(network.ConnectAsync(rules, events, cancellationToken), AwaitSshdAsync(nspawn, cancellationToken)).ConfigureAwait(false);
        }
        catch when (cancellationToken.IsCancellationRequested || !nspawn.IsAlive())
        {
            // One that runs but whose sshd is silent is left for its platform shell to look into.
            await ClearAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Shuts it down in order, and hard after <paramref name="grace"/>; then takes away everything but its files.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (FindRunning() is not null)
        {
            await File.WriteAllTextAsync(paths.Stopping, string.Empty, cancellationToken).ConfigureAwait(false);
            await group.FreezeAsync(false, TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);

            // nspawn passes SIGTERM on to the machine's init as the signal that means an orderly shutdown.
            await BackgroundProgram.EndAsync(paths.Run, grace, clock, cancellationToken).ConfigureAwait(false);
        }

        await ClearAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes away everything of a machine that does not run (any more), except its files.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        // nspawn may have been killed and its machine live on: two on one disk must not be.
        await group.KillAsync(clock, cancellationToken).ConfigureAwait(false);
        await network.RemoveAsync(cancellationToken).ConfigureAwait(false);
        await root.CloseAsync(cancellationToken).ConfigureAwait(false);
        group.Remove();
        limits.Remove();
        UnixFiles.DeleteIfEmpty(paths.Propagation);
        UnixFiles.DeleteIfThere(paths.Run);
        UnixFiles.DeleteIfThere(paths.Stopping);
    }

    private async Task AwaitSshdAsync(HostProcess nspawn, CancellationToken cancellationToken)
    {
        bool Listens() => group.FindInit() is { } init && ListeningPorts.Has(init, 22);
        await Waiting.UntilAsync(() => Listens() || !nspawn.IsAlive(), BootLimit, clock, cancellationToken).ConfigureAwait(false);
        if (!Listens())
        {
            var what = nspawn.IsAlive()
                ? string.Create(CultureInfo.InvariantCulture, $"its sshd did not listen within {BootLimit.TotalSeconds} s")
                : "it ended while it booted";
            throw new PlatformException($"Machine {paths.Id} did not start: {what}. Its console ends with:\n{await ReadConsoleAsync(cancellationToken).ConfigureAwait(false)}") { Target = paths.Id };
        }
    }

    private async Task<string> ReadConsoleAsync(CancellationToken cancellationToken)
    {
        var text = await BackgroundProgram.ReadLogAsync(paths.Console, clock, cancellationToken).ConfigureAwait(false);
        return HostCommands.Tail(string.Concat(text.Where(c => c == '\n' || !char.IsControl(c))));
    }
}
