using System.Threading.Channels;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Agents;

/// <summary>Looks whether agents are as declared, and changes nothing.</summary>
public sealed class AgentChecker(StateStore store, AgentPlanner planner, MachineConnections machines)
{
    /// <summary>One result for each declared thing of each agent. All agents of a machine cost one round trip; machines are asked at once.</summary>
    /// <returns>An agent whose machine does not answer, or whose declaration is wrong, gives one outcome, with the error.</returns>
    public IAsyncEnumerable<BatchOutcome<AgwStateCheck>> CheckAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        var groups = store.Read(state => state.ListAgents()
            .Where(row => wanted.Contains(row.Name))
            .GroupBy(row => row.VmId, StringComparer.Ordinal)
            .Select(group => (Vm: state.GetVm(group.Key)!, Rows: group.ToArray()))
            .ToArray());
        return FanOut.RunAsync<(VmRow Vm, AgentRow[] Rows), BatchOutcome<AgwStateCheck>>(groups, (group, results, stop) => CheckAsync(group.Vm, group.Rows, results, stop), cancellationToken);
    }

    private async Task CheckAsync(VmRow vm, AgentRow[] rows, ChannelWriter<BatchOutcome<AgwStateCheck>> results, CancellationToken cancellationToken)
    {
        var plans = new List<(AgentRow Row, IReadOnlyList<ProvisionStep> Steps)>();
        foreach (var row in rows)
        {
            try
            {
                var user = await planner.PlanAsync(row, vm, cancellationToken).ConfigureAwait(false);
                plans.Add((row, [.. user.ToSteps(), .. store.Read(state => AccessPlan.Of(state, row)).ToSteps()]));
            }
            catch (AgentworksException e)
            {
                results.TryWrite(new BatchOutcome<AgwStateCheck>(row.Name, null, e));
            }
        }

        if (plans.Count == 0)
        {
            return;
        }

        try
        {
            var steps = plans.SelectMany(plan => plan.Steps).ToArray();
            var found = new Queue<Events.StepResult>(await Provisioner.CheckAsync(machines.Probe(vm), vm.Name, steps, cancellationToken).ConfigureAwait(false));
            foreach (var (row, own) in plans)
            {
                foreach (var _ in own)
                {
                    results.TryWrite(new BatchOutcome<AgwStateCheck>(row.Name, StateCheck.Of(EntityKind.Agent, row.Name, vm.Name, found.Dequeue()), null));
                }
            }
        }
        catch (AgentworksException e)
        {
            foreach (var (row, _) in plans)
            {
                results.TryWrite(new BatchOutcome<AgwStateCheck>(row.Name, null, e));
            }
        }
    }
}
