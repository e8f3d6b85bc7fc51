using Agentworks.Errors;
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

    public async Task<bool> IsOffAsync(VmRow vm, CancellationToken cancellationToken) =>
        await GetAsync(vm, cancellationToken).ConfigureAwait(false) is PowerState.Stopped or PowerState.Missing;
}
