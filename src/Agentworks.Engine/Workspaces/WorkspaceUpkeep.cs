using System.Threading.Channels;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Workspaces;

/// <summary>Looks whether workspaces are on their machines as declared, and puts right what is not.</summary>
public sealed class WorkspaceUpkeep(StateStore store, MachineConnections machines, MachinePower power, OperationRunner operations, WorkspaceMover mover, TimeProvider clock)
{
    /// <summary>
    /// One check per declared thing, all workspaces of a machine in one round trip, machine by machine as each answers. Changes nothing
    /// and starts nothing. What could not be looked at is an outcome with an error, by the workspace's name.
    /// </summary>
    public IAsyncEnumerable<BatchOutcome<AgwStateCheck>> CheckAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, string>, BatchOutcome<AgwStateCheck>>(
            names.GroupBy(name => store.Read(state => state.FindWorkspace(name))?.VmId ?? string.Empty, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                try
                {
                    await CheckAsync(group, output, cancel).ConfigureAwait(false);
                }
                catch (AgentworksException e)
                {
                    Fail(group, e, output);
                }
            },
            cancellationToken);

    /// <summary>Puts right exactly what is not as declared. The owners of files stay; a second run changes nothing.</summary>
    /// <exception cref="ProvisioningFailedException">The user or the folder is not there and cannot be had.</exception>
    public Task<AgwInitialization> RepairAsync(string name, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Repair-AgwWorkspace",
            EntityKind.Workspace,
            name,
            events,
            async scope =>
            {
                var began = clock.GetTimestamp();
                await mover.SettleAsync(scope, Find(name).Row, cancellationToken).ConfigureAwait(false);
                var (row, vm) = Find(name);
                scope.Record("folder and group on the machine");
                var steps = await Provisioner.RunAsync(
                    machines.Shell(vm), name, WorkspacePlan.For(row, vm).ToSteps(), scope.RemoteId("repair"), scope.Events, cancellationToken).ConfigureAwait(false);
                return new AgwInitialization { Vm = vm.Name, Workspace = name, Steps = steps, Duration = clock.GetElapsedTime(began) };
            },
            cancellationToken);

    private async Task CheckAsync(IEnumerable<string> names, ChannelWriter<BatchOutcome<AgwStateCheck>> output, CancellationToken cancellationToken)
    {
        var plans = new List<(WorkspaceRow Row, VmRow Vm, IReadOnlyList<ProvisionStep> Steps)>();
        foreach (var name in names)
        {
            try
            {
                var (row, vm) = Find(name);
                plans.Add((row, vm, WorkspacePlan.For(row, vm).ToSteps()));
            }
            catch (AgentworksException e)
            {
                Fail([name], e, output);
            }
        }

        if (plans.Count == 0)
        {
            return;
        }

        var machine = plans[0].Vm;
        try
        {
            var results = await Provisioner.CheckAsync(
                machines.Probe(machine), machine.Name, [.. plans.SelectMany(plan => plan.Steps)], cancellationToken).ConfigureAwait(false);
            foreach (var (plan, result) in plans.SelectMany(plan => plan.Steps.Select(_ => plan)).Zip(results))
            {
                output.TryWrite(new BatchOutcome<AgwStateCheck>(plan.Row.Name, StateCheck.Of(EntityKind.Workspace, plan.Row.Name, machine.Name, result), null));
            }
        }
        catch (ConnectionFailedException e)
        {
            Fail(plans.Select(plan => plan.Row.Name), await power.ExplainAsync(machine, e, cancellationToken).ConfigureAwait(false), output);
        }
        catch (AgentworksException e)
        {
            Fail(plans.Select(plan => plan.Row.Name), e, output);
        }
    }

    private (WorkspaceRow Row, VmRow Vm) Find(string name) => store.Read(state =>
    {
        var row = state.RequireWorkspace(name);
        return (row, state.GetVm(row.VmId)!);
    });

    private static void Fail(IEnumerable<string> names, AgentworksException error, ChannelWriter<BatchOutcome<AgwStateCheck>> output)
    {
        foreach (var name in names)
        {
            output.TryWrite(new BatchOutcome<AgwStateCheck>(name, null, error));
        }
    }
}
