using Agentworks.Errors;
using Agentworks.Events;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// The internet, or networks of it, through a program and rules outside of the machine; or no way out at all. What is to be reached by name, and machines
/// that reach each other, cannot be.
/// </summary>
public sealed partial class QemuPlatform : INetworkPolicy
{
    public async Task ApplyAsync(PlatformMachine machine, NetworkRules rules, CancellationToken cancellationToken)
    {
        RequireEnforceable(rules, machine.Spec.Name);
        rules = rules.Normalize();
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        (record with { Spec = record.Spec with { Network = rules } }).Write(layout.For(machine.Spec.Id).Record);
        if (it.FindRunning() is not { } qemu)
        {
            return;
        }

        if (rules.AllowInternet)
        {
            await it.Uplink.OpenAsync(qemu, rules, NullEventSink.Instance, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await it.Uplink.CloseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<NetworkRules?> ReadAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var it = Open(layout.For(machine.Spec.Id), host);
        return Task.FromResult(
            it.FindRunning() is null ? null
            : !it.Uplink.IsOpen ? NetworkRules.Closed
            : it.Record?.Spec.Network is { AllowInternet: true } rules ? rules
            : NetworkRules.Closed with { AllowInternet = true });
    }

    private static void RequireEnforceable(NetworkRules? rules, string name)
    {
        if (rules is { AllowInterVm: true })
        {
            throw new NotSupportedByPlatformException("On the platform qemu each machine is alone on its network: none can reach another.")
            {
                Target = name,
                Recommendation = "Use the platform nspawn for workspaces that are to reach each other.",
            };
        }

        if (rules?.AllowedHosts.Select(AllowedHost.Parse).Any(host => host.Name is not null) == true)
        {
            throw new NotSupportedByPlatformException("The platform qemu allows addresses and networks; it cannot allow a host by its name.")
            {
                Target = name,
                Recommendation = "Give addresses, such as 192.0.2.7 or 192.0.2.0/24, or use the platform nspawn.",
            };
        }
    }
}
