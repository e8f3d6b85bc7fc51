using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Machines;

/// <summary>What platforms say of machines that did not answer.</summary>
public sealed class MachinePower(PlatformRegistry platforms, StateStore store)
{
    /// <summary>The platform's word, within <paramref name="cancellationToken"/> and ten seconds.</summary>
    public async Task<PowerState> GetAsync(VmRow vm, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            return await platforms.Get(vm.Platform).GetPowerStateAsync(vm.ToMachine(store.OwnerTag), limit.Token).ConfigureAwait(false);
        }
        catch (AgentworksException)
        {
            return PowerState.Unknown;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return PowerState.Unknown;
        }
    }

    /// <summary>Why a machine that was only looked at did not answer: it is not running, or else as <paramref name="failure"/> says.</summary>
    public async Task<AgentworksException> ExplainAsync(VmRow vm, ConnectionFailedException failure, CancellationToken cancellationToken) =>
        await GetAsync(vm, cancellationToken).ConfigureAwait(false) != PowerState.Stopped ? failure
            : new NotReadyException($"VM '{vm.Name}' is not running{(vm.DesiredPower == DesiredPower.Stopped ? ": it was stopped on purpose" : string.Empty)}.")
            {
                Target = vm.Name,
                Recommendation = $"{(vm.Dedicated ? "Start-AgwWorkspace" : "Start-AgwVm")} {vm.Name}",
            };

    public async Task<bool> IsOffAsync(VmRow vm, CancellationToken cancellationToken) =>
        await GetAsync(vm, cancellationToken).ConfigureAwait(false) is PowerState.Stopped or PowerState.Missing;
}
