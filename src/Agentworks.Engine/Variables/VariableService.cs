using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State;

namespace Agentworks.Variables;

/// <summary>Tells which variables programs find. No machine is asked and no secret fetched.</summary>
public sealed class VariableService(StateStore store, VariablePlanner planner)
{
    /// <summary>In a session, if it were started now.</summary>
    public IReadOnlyList<AgwEnvironmentVariable> OfSession(string session) => store.Read(state =>
    {
        var row = state.FindSession(session) ?? throw SessionService.NoSuchSession(session);
        var place = SessionPlace.Of(state, row);
        return Model(planner.ForSession(row, place), place.Vm.Name, place.Workspace.Name, place.Agent?.Name, row.Name);
    });

    /// <summary>Of commands and shells on a machine (as its admin), in a workspace, as an agent, or as an agent in a workspace.</summary>
    /// <param name="vm">Needed when neither of the others is given.</param>
    public IReadOnlyList<AgwEnvironmentVariable> Of(string? vm, string? workspace, string? agent) => store.Read(state =>
    {
        var place = workspace is null ? null : state.RequireWorkspace(workspace);
        var who = agent is null ? null : state.RequireAgent(agent);
        var machine = place is null && who is null ? state.RequireVmOrOnly(vm) : state.GetVm((place?.VmId ?? who?.VmId)!)!;
        if (place is not null && who is not null && who.VmId != place.VmId)
        {
            throw SessionPlanner.OtherMachine(state, who, place.Name, machine);
        }

        return Model(planner.ForCommand(machine, place, who, NothingGiven), machine.Name, workspace, agent, null);
    });

    private static readonly Dictionary<string, string> NothingGiven = new(StringComparer.Ordinal);

    private static IReadOnlyList<AgwEnvironmentVariable> Model(IReadOnlyList<Variable> variables, string vm, string? workspace, string? agent, string? session) =>
        [.. variables.Select(variable => new AgwEnvironmentVariable
        {
            Name = variable.Name,
            Value = variable.Value.Text ?? AgwEnvironmentVariable.Mask,
            Source = variable.Source,
            IsSecret = variable.Value.Text is null,
            Persistent = variable.Value.File is null,
            SecretName = variable.Value.Secret,
            Overrides = variable.Overrides,
            Vm = vm,
            Workspace = workspace,
            Agent = agent,
            Session = session,
        })];
}
