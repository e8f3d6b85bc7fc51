using Agentworks.Errors;
using Agentworks.Events;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// The internet, or networks and hosts of it, through a program and rules outside of the machine; or no way out at all.
/// </summary>
/// <remarks>
/// Machines that reach each other cannot be had here. What comes to a machine comes through QEMU's own network, which lets nothing in but what was
/// forwarded when it started; a real card instead would need a link between the network namespaces of two machines. Each of these belongs to a user
/// namespace of its own, and to lay a link takes power over both, which no process of an ordinary user has.
/// </remarks>
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

    public async Task<NetworkRules?> ReadAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var it = Open(layout.For(machine.Spec.Id), host);
        return it.FindRunning() is { } qemu
            ? await it.Uplink.ReadAsync(qemu, it.Record?.Spec.Network ?? NetworkRules.Closed, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private static void RequireEnforceable(NetworkRules? rules, string name)
    {
        if (rules is { AllowInterVm: true })
        {
            throw new NotSupportedByPlatformException("On the platform qemu each machine is alone on its network: to link two takes root.")
            {
                Target = name,
                Recommendation = "Use the platform nspawn for workspaces that are to reach each other.",
            };
        }
    }
}
