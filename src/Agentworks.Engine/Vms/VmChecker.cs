using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Vms;

/// <summary>Compares machines with what is declared for them. It looks only: it changes nothing and starts no machine.</summary>
public sealed class VmChecker(StateStore store, VmPlan plan, MachineConnections machines, MachinePower power)
{
    /// <summary>The first of a machine's checks: whether the configuration is still what was applied last.</summary>
    public const string Declaration = "configuration";

    /// <summary>All machines at once, one round trip each; what cannot be asked is an outcome with an error.</summary>
    public IAsyncEnumerable<BatchOutcome<IReadOnlyList<AgwStateCheck>>> CheckAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        FanOut.RunAsync<string, BatchOutcome<IReadOnlyList<AgwStateCheck>>>(
            names,
            async (name, output, cancel) => await output.WriteAsync(await OutcomeAsync(name, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false),
            cancellationToken);

    private async Task<BatchOutcome<IReadOnlyList<AgwStateCheck>>> OutcomeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return new(name, await CheckAsync(name, cancellationToken).ConfigureAwait(false), null);
        }
        catch (AgentworksException e)
        {
            return new(name, null, e);
        }
    }

    private async Task<IReadOnlyList<AgwStateCheck>> CheckAsync(string name, CancellationToken cancellationToken)
    {
        var row = store.Read(state => state.FindVm(name)) is { State: LifecycleState.Failed } failed ? failed : store.Read(state => state.RequireVm(name));
        var plugin = await plan.TryBuildPluginAsync(row, cancellationToken).ConfigureAwait(false);
        var steps = await plan.StepsAsync(row, networkKey: null, credentials: null, plugin, cancellationToken).ConfigureAwait(false);
        var declaration = row.AppliedHash == plan.Fingerprint(row)
            ? new StepResult(Declaration, StepState.Ok)
            : new StepResult(Declaration, StepState.Drifted, $"changed since it was applied: Initialize-AgwVm {name}");
        var results = await LookAsync(row, steps, cancellationToken).ConfigureAwait(false);
        return
        [
            .. results.Prepend(declaration).Select(step => StateCheck.Of(EntityKind.Vm, row.Name, row.Name, step)),
        ];
    }

    private async Task<IReadOnlyList<StepResult>> LookAsync(VmRow row, IReadOnlyList<ProvisionStep> steps, CancellationToken cancellationToken)
    {
        try
        {
            return await Provisioner.CheckAsync(machines.Probe(row), row.Name, steps, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionFailedException e)
        {
            throw await power.ExplainAsync(row, e, cancellationToken).ConfigureAwait(false);
        }
    }
}
