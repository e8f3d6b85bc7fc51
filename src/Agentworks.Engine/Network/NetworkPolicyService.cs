using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.History;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Network;

/// <summary>
/// What the machines of dedicated workspaces may reach. The wish is in the state and comes into force at each start of the machine; a machine that
/// runs gets it at once, from its platform, which enforces it outside of the machine.
/// </summary>
public sealed class NetworkPolicyService(StateStore store, PlatformRegistry platforms, OperationRunner operations)
{
    /// <summary>Whether the workspace has rules of its own at all.</summary>
    public bool IsSupported(AgwWorkspace workspace) => workspace.Isolation == WorkspaceIsolation.Dedicated && FindPolicy(workspace.Platform) is not null;

    /// <summary>What is wanted, and whether that is in force.</summary>
    /// <exception cref="NotSupportedByPlatformException">Nothing could enforce rules for it.</exception>
    public async Task<AgwNetworkPolicy> GetAsync(string workspace, CancellationToken cancellationToken)
    {
        var (row, vm) = Find(workspace);
        return await LookAsync(row, vm, Require(row, vm), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes what is wanted and puts it in force. With nothing to change, puts in force what is wanted.</summary>
    /// <exception cref="NotSupportedByPlatformException">Nothing could enforce rules for it.</exception>
    /// <exception cref="PlatformException">It could not be put in force; the machine reaches nothing then, and what is wanted is recorded.</exception>
    public async Task<AgwNetworkPolicy> SetAsync(SetNetworkPolicy request, IEventSink events, CancellationToken cancellationToken)
    {
        var (row, vm) = Find(request.Workspace);
        var policy = Require(row, vm);
        platforms.Get(vm.Platform).Validate(vm.ToMachine(store.OwnerTag).Spec with { Network = Merge(vm, request) });
        return await operations.RunWithAsync(
            "Set-AgwNetworkPolicy",
            EntityKind.Vm,
            [vm.Name],
            [(EntityKind.Workspace, row.Name)],
            events,
            async scope =>
            {
                var current = store.Read(state => state.GetVm(vm.Id)) ?? throw new NotFoundException(EntityKind.Workspace, row.Name) { Target = row.Name };
                var (before, rules) = (Wanted(current), Merge(current, request));
                Advise(request, rules, events);
                try
                {
                    // First what is not to be any more: whenever this ends, the machine reaches nothing that one of the two does not allow.
                    if (before.Meet(rules) is var both && !both.IsSameAs(before))
                    {
                        scope.Record("close");
                        await policy.ApplyAsync(current.ToMachine(store.OwnerTag), both, cancellationToken).ConfigureAwait(false);
                    }
                }
                finally
                {
                    scope.Record("rules");
                    current = current with { NetworkRulesJson = JsonSerializer.Serialize(rules) };
                    store.Write(state => state.Update(current));
                }

                scope.Record("apply");
                await policy.ApplyAsync(current.ToMachine(store.OwnerTag), rules, cancellationToken).ConfigureAwait(false);
                scope.Note(VmEventNames.NetworkChanged, Describe(rules));
                return await LookAsync(row, current, policy, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<AgwNetworkPolicy> LookAsync(WorkspaceRow row, VmRow vm, INetworkPolicy policy, CancellationToken cancellationToken)
    {
        var machine = vm.ToMachine(store.OwnerTag);
        var wanted = Wanted(vm);
        var seen = await policy.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
        var enforced = wanted.IsSameAs(seen?.Normalize());
        var power = enforced || seen is not null ? PowerState.Running : await platforms.Get(vm.Platform).GetPowerStateAsync(machine, cancellationToken).ConfigureAwait(false);
        return new AgwNetworkPolicy
        {
            Workspace = row.Name,
            Vm = vm.Name,
            AllowInternet = wanted.AllowInternet,
            AllowInterVm = wanted.AllowInterVm,
            AllowedPorts = wanted.AllowedPorts,
            AllowedHosts = wanted.AllowedHosts,
            Enforced = enforced,
            Detail = enforced ? $"In force, outside of the machine (platform {vm.Platform})."
                : power is PowerState.Stopped or PowerState.Missing ? "The machine is off; the rules are in force from its start."
                : $"{(seen is null ? "The rules in force are not known" : $"In force is something else: {Describe(seen)}")}. Put right what is wanted: Set-AgwNetworkPolicy {row.Name}",
        };
    }

    private static NetworkRules Merge(VmRow vm, SetNetworkPolicy request)
    {
        var before = Wanted(vm);
        return new NetworkRules
        {
            AllowInternet = request.AllowInternet ?? before.AllowInternet,
            AllowInterVm = request.AllowInterVm ?? before.AllowInterVm,
            AllowedPorts = request.AllowedPorts ?? before.AllowedPorts,
            AllowedHosts = request.AllowedHosts ?? before.AllowedHosts,
        }.Normalize();
    }

    private static NetworkRules Wanted(VmRow vm) => (vm.ToMachine().Spec.Network ?? NetworkRules.Closed).Normalize();

    private static void Advise(SetNetworkPolicy request, NetworkRules rules, IEventSink events)
    {
        if (request.AllowedHosts is { Count: > 0 } && !rules.AllowInternet)
        {
            events.Report(new WarningEvent($"The hosts that workspace '{request.Workspace}' may reach count only once it may reach the internet: add -AllowInternet."));
        }

        if (request.AllowedPorts is { Count: > 0 } && !rules.AllowInterVm)
        {
            events.Report(new WarningEvent($"The ports on which others may reach workspace '{request.Workspace}' count only once it may meet others: add -AllowInterVm."));
        }
    }

    private static string Describe(NetworkRules rules)
    {
        var internet = !rules.AllowInternet ? "no internet" : rules.AllowedHosts.Count == 0 ? "internet" : $"internet: {string.Join(", ", rules.AllowedHosts)}";
        var others = !rules.AllowInterVm ? "no other workspaces" : rules.AllowedPorts.Count == 0 ? "other workspaces" : $"other workspaces, on ports {string.Join(", ", rules.AllowedPorts)}";
        return $"{internet}; {others}";
    }

    private (WorkspaceRow Row, VmRow Vm) Find(string workspace) => store.Read(state =>
    {
        var row = state.RequireWorkspace(workspace);
        return (row, state.GetVm(row.VmId)!);
    });

    private INetworkPolicy Require(WorkspaceRow row, VmRow vm) => row.Isolation != WorkspaceIsolation.Dedicated
        ? throw new NotSupportedByPlatformException($"Workspace '{row.Name}' shares the machine '{vm.Name}' (platform {vm.Platform}) with others, and its network too.")
        {
            Target = row.Name,
            Recommendation = $"Work in a workspace with a machine of its own: New-AgwWorkspace {row.Name}-isolated -Isolated",
        }
        : FindPolicy(vm.Platform) ?? throw new NotSupportedByPlatformException($"The platform {vm.Platform} cannot enforce network rules for workspace '{row.Name}'.")
        {
            Target = row.Name,
            Recommendation = "Choose another platform: New-AgwWorkspace -Isolated -Platform nspawn",
        };

    private INetworkPolicy? FindPolicy(string platform) => platforms.All.FirstOrDefault(p => p.Name == platform) as INetworkPolicy;
}
