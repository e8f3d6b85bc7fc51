using System.Diagnostics;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.PortForwards;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Network;

/// <summary>Makes machines members of the network through which they are reached, and takes them out again.</summary>
public sealed class VmNetwork(
    StateStore store, ConfigService config, NetworkRegistry networks, MachineConnections machines, PortForwardService forwards, OperationRunner operations)
{
    private static readonly TimeSpan ReachableWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(30);

    /// <summary>Refuses what cannot work before anything is made: this computer is not in the network, or there is no key.</summary>
    /// <exception cref="AgentworksException">Why not.</exception>
    public async Task RequireAsync(string network, string? key, CancellationToken cancellationToken)
    {
        var driver = networks.Get(network);
        if (driver.NeedsKey && string.IsNullOrWhiteSpace(key))
        {
            throw new SecretMissingException($"To join the network {network} a machine needs an auth key, and there is none.")
            {
                Target = TailscaleNetwork.KeySecret,
                Recommendation = $"Give it with -TailscaleAuthKey, or set the environment variable {TailscaleNetwork.KeySecret}.",
            };
        }

        await driver.CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records where a machine that has joined is reached; nothing when it is recorded already.</summary>
    /// <param name="row">The machine.</param>
    /// <param name="shell">To ask it.</param>
    /// <param name="steps">What became of the steps, the network's among them.</param>
    /// <param name="events">Warnings.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal async Task RecordAsync(VmRow row, IMachineShell shell, IReadOnlyList<StepResult> steps, IEventSink events, CancellationToken cancellationToken)
    {
        var driver = networks.Get(row.Network);
        var joined = steps.FirstOrDefault(step => step.Name == driver.Name && step.State is StepState.Ok or StepState.Changed);
        if (joined is null || (joined.State == StepState.Ok && driver.GetAddress(row) == joined.Detail?.Trim()))
        {
            return;
        }

        var membership = await driver.ReadAsync(shell, row.Name, cancellationToken).ConfigureAwait(false);
        await KeepAsync(row, driver, membership, [driver.Name], events, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Joins anew with a fresh key, or changes the network. Until that has worked, and when it fails, the old way in stays as it is.</summary>
    /// <exception cref="ProvisioningFailedException">The machine could not join.</exception>
    public Task UpdateAsync(UpdateVmNetwork request, IEventSink events, CancellationToken cancellationToken) => operations.RunAsync(
        "Update-AgwVmNetwork",
        EntityKind.Vm,
        request.Vm,
        events,
        async scope =>
        {
            var row = store.Read(state => state.RequireVm(request.Vm));
            var driver = networks.Get(request.Network ?? row.Network);
            await RequireAsync(driver.Name, request.AuthKey, cancellationToken).ConfigureAwait(false);
            var shell = await OpenAsync(row, cancellationToken).ConfigureAwait(false);
            await using var _ = shell.ConfigureAwait(false);
            if (driver.GetStep(Join(row, request.AuthKey, scope.RemoteId("again"))) is not { } join)
            {
                scope.Record($"leave {row.Network}");
                await LeaveAsync(row, shell, events, cancellationToken).ConfigureAwait(false);
                await KeepAsync(row, driver, new NetworkMembership("{}", null), [row.Network], events, cancellationToken).ConfigureAwait(false);
                return;
            }

            scope.Record($"join {driver.Name}");
            var catalog = config.Load().Catalog;
            List<ProvisionStep> steps = [.. driver.AptPackages.SelectMany(set => AptSteps.CreateOne(catalog, set, driver.Name)), join];
            var results = await Provisioner.RunAsync(shell, row.Name, steps, scope.RemoteId("join"), events, cancellationToken).ConfigureAwait(false);
            if (results.FirstOrDefault(step => step.State is StepState.Failed or StepState.Unsupported) is { } failed)
            {
                throw new ProvisioningFailedException($"VM '{row.Name}' could not join the network {driver.Name}: {failed.Name}: {failed.Detail}")
                {
                    Target = row.Name,
                    Recommendation = $"It is reached as before. When the reason is gone, run: Update-AgwVmNetwork {row.Name} -Network {driver.Name}",
                };
            }

            var membership = await driver.ReadAsync(shell, row.Name, cancellationToken).ConfigureAwait(false);
            scope.Record($"record {driver.Name}");
            await KeepAsync(row, driver, membership, [.. results.Select(step => step.Name)], events, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Takes a machine that goes out of its network, as well as that is possible; does not start it for that.</summary>
    internal async Task LeaveAsync(VmRow row, IMachineShell shell, IEventSink events, CancellationToken cancellationToken)
    {
        var driver = networks.Get(row.Network);
        if (driver.GetLeave(row) is not { } leave || driver.GetAddress(row) is not { } address)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LeaveWithin);
        try
        {
            await shell.RequireAsync(leave, $"Leaving the network {driver.Name}", limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentworksException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var why = e is AgentworksException ? e.Message : $"it took longer than {LeaveWithin.TotalSeconds:0} seconds";
            events.Report(new WarningEvent(TerminalText.Escape(
                $"VM '{row.Name}' may still be listed in the network {driver.Name} as {row.HostName} ({address}): {why} If it is, remove it there: https://login.tailscale.com/admin/machines")));
        }
    }

    private NetworkJoin Join(VmRow row, string? key, string? again) => new(row.Name, row.HostName, config.Load().Defaults.TailscaleTags, key, again);

    private async Task KeepAsync(
        VmRow row, INetworkDriver driver, NetworkMembership membership, IReadOnlyList<string> mended, IEventSink events, CancellationToken cancellationToken)
    {
        var now = row with { Network = driver.Name, NetworkData = membership.Data };
        var reachable = driver.GetEndpoint(now) is not { } endpoint || await AwaitAsync(now, endpoint, cancellationToken).ConfigureAwait(false);
        store.Write(state =>
        {
            var current = state.GetVm(row.Id) ?? throw new NotFoundException(EntityKind.Vm, row.Name) { Target = row.Name };
            var failed = string.Join('\n', current.FailedSteps.Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(mended, StringComparer.Ordinal));
            state.Update(current with
            {
                Network = driver.Name,
                NetworkData = membership.Data,
                FailedSteps = failed,
                State = current.State == LifecycleState.Partial && failed.Length == 0 ? LifecycleState.Ready : current.State,
            });
        });
        await machines.CloseAsync(row.Id).ConfigureAwait(false);
        forwards.Reroute(now);
        if (!reachable)
        {
            events.Report(new WarningEvent(
                $"VM '{row.Name}' has joined the network {driver.Name} as {driver.GetAddress(now)}, but does not answer there within {ReachableWithin.TotalSeconds:0} seconds. " +
                "Check that the machine is shared with you and that the network's policy lets you reach its ssh port. Until then it is reached by its platform's address."));
        }

        if (membership.Warning is { } warning)
        {
            events.Report(new WarningEvent(warning));
        }
    }

    private async Task<bool> AwaitAsync(VmRow row, SshEndpoint endpoint, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await machines.AnswersAsync(row, endpoint, cancellationToken).ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(began) > ReachableWithin)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>The platform's way, which what happens to the network does not cut; else the way that is known.</summary>
    private async Task<IMachineShell> OpenAsync(VmRow row, CancellationToken cancellationToken)
    {
        var shell = machines.OpenPlatformShell(row);
        try
        {
            await shell.EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
            return shell;
        }
        catch (ConnectionFailedException) when (networks.Get(row.Network).GetEndpoint(row) is not null)
        {
            await shell.DisposeAsync().ConfigureAwait(false);
            return machines.OpenNetworkShell(row);
        }
    }
}
