using Agentworks.Errors;
using Agentworks.Events;

namespace Agentworks.Platforms.Qemu;

/// <summary>All or nothing: the internet through a program that leads nowhere on this computer, or no way out at all.</summary>
public sealed partial class QemuPlatform : INetworkPolicy
{
    public async Task ApplyAsync(PlatformMachine machine, NetworkRules rules, CancellationToken cancellationToken)
    {
        RequireEnforceable(rules, machine.Spec.Name);
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
        return Task.FromResult(it.FindRunning() is null ? null : NetworkRules.Closed with { AllowInternet = it.Uplink.IsOpen });
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

        if (rules is { AllowedHosts.Count: > 0 })
        {
            throw new NotSupportedByPlatformException("The platform qemu can allow the internet or not; it cannot allow a part of it.")
            {
                Target = name,
                Recommendation = "Use the platform nspawn for an allow-list of hosts.",
            };
        }
    }
}
