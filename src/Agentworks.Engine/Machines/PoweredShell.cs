using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>
/// Tries the machine first and asks its platform only when that fails: a machine that should be running and is not (the host was
/// rebooted) is started, one that was stopped on purpose is left alone.
/// </summary>
public sealed class PoweredShell(IMachineShell inner, IVmPlatform platform, StateStore store, string vmId, bool holdsLock) : IMachineShell
{
    public Task<RemoteResult> RunAsync(
        RemoteCommand command, Func<OutputChunk, ValueTask>? onOutput, CancellationToken cancellationToken) =>
        TryAsync(() => inner.RunAsync(command, onOutput, cancellationToken), cancellationToken);

    public Task<string> EvaluateAsync(string perl, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        TryAsync(() => inner.EvaluateAsync(perl, arguments, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> TryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await attempt().ConfigureAwait(false);
        }
        catch (ConnectionFailedException failure) when (platform.Traits.CanStart)
        {
            await WakeAsync(Find(), failure, cancellationToken).ConfigureAwait(false);
        }

        return await attempt().ConfigureAwait(false);
    }

    private async Task WakeAsync(VmRow vm, ConnectionFailedException failure, CancellationToken cancellationToken)
    {
        var machine = vm.ToMachine(store.OwnerTag);
        var power = await platform.GetPowerStateAsync(machine, cancellationToken).ConfigureAwait(false);
        if (power == PowerState.Missing)
        {
            throw new NotReadyException($"VM '{vm.Name}' no longer exists on platform {platform.Name}.")
            {
                Target = vm.Name,
                Recommendation = $"Remove-AgwVm {vm.Name} -Cascade",
            };
        }

        if (power != PowerState.Stopped)
        {
            throw new ConnectionFailedException(failure.Message, failure) { Target = vm.Name, Recommendation = failure.Recommendation };
        }

        using var held = holdsLock ? null : await store.Locks.AcquireAsync(EntityKind.Vm, vm.Name, TimeSpan.FromMinutes(2), cancellationToken).ConfigureAwait(false);
        // Whoever held it may have been stopping the machine.
        if (Find().DesiredPower == DesiredPower.Stopped)
        {
            throw new NotReadyException($"VM '{vm.Name}' was stopped on purpose.")
            {
                Target = vm.Name,
                Recommendation = $"{(vm.Dedicated ? "Start-AgwWorkspace" : "Start-AgwVm")} {vm.Name}",
            };
        }

        await platform.StartAsync(machine, NullEventSink.Instance, cancellationToken).ConfigureAwait(false);
        store.Write(state => state.Append(new VmEventRow(vmId, VmEventNames.Started, "it was off and was needed", default)));
    }

    private VmRow Find() => store.Read(state => state.GetVm(vmId)) ?? throw new NotFoundException(EntityKind.Vm, vmId);
}
