using Agentworks.Config;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Variables;

/// <summary>
/// Works out which variables a program finds in a place: machine, workspace, agent (or the admin), session template, what was set for the
/// workspace, what the operator gave, identity; each hides those before it. Always from the configuration as it is now. A template that is gone from it sets nothing.
/// </summary>
public sealed class VariablePlanner(ConfigService config, StateStore? store = null)
{
    /// <param name="vm">The machine.</param>
    /// <param name="workspace">Null outside of workspaces.</param>
    /// <param name="agent">Null for the admin, and for a workspace's own user.</param>
    /// <param name="given">What the operator gave for this.</param>
    public IReadOnlyList<Variable> ForCommand(VmRow vm, WorkspaceRow? workspace, AgentRow? agent, IReadOnlyDictionary<string, string> given)
    {
        // In a workspace without an agent it is the workspace's own user who runs things.
        var stack = ForUser(vm, workspace, agent, isAdmin: workspace is null && agent is null)
            .Put(VariableSource.Assigned, Assigned(workspace))
            .Put(VariableSource.Parameter, given);
        return Identify(stack, vm, workspace, agent, session: null).Variables;
    }

    /// <summary>Of a session as recorded; what it was given at its making is with it, and its template is what it is now.</summary>
    public IReadOnlyList<Variable> ForSession(SessionRow row, SessionPlace place)
    {
        var template = config.Load().SessionTemplates.GetValueOrDefault(row.Template);
        var stack = ForUser(place.Vm, place.Workspace, place.Agent, isAdmin: place.Agent is null)
            .Put(VariableSource.Session, template?.Env.Select(one => KeyValuePair.Create(one.Key, Expand(one.Value, row, place))) ?? [])
            .Put(VariableSource.Assigned, Assigned(place.Workspace))
            .Put(VariableSource.Parameter, StateModel.Variables(row.EnvironmentJson))
            .Put(VariableSource.Parameter, StateModel.SecretNames(row.SecretNamesJson).Select(one => KeyValuePair.Create(one.Key, new EnvironmentValue(null, one.Value))));
        return Identify(stack, place.Vm, place.Workspace, place.Agent, row.Name).Variables;
    }

    /// <summary>Plain variables that everything on the machine finds, and its name.</summary>
    public IReadOnlyDictionary<string, string> OfMachine(VmRow vm)
    {
        var stack = new VariableStack().Put(VariableSource.Vm, VmEnv(vm));
        return Plain(Identify(stack, vm, null, null, session: null).Variables);
    }

    /// <summary>Plain variables that a user of the machine finds besides.</summary>
    public IReadOnlyDictionary<string, string> OfUser(AgentRow? agent)
    {
        var stack = new VariableStack().Put(VariableSource.Agent, agent is null ? config.Load().Admin.Env : AgentEnv(agent));
        return Plain((agent is null ? stack : stack.Put(VariableSource.Identity, [KeyValuePair.Create(IdentityVariables.Agent, agent.Name)])).Variables);
    }

    /// <summary>Those of them that are no secrets.</summary>
    public static IReadOnlyDictionary<string, string> Plain(IEnumerable<Variable> variables) =>
        variables.Where(variable => variable.Value.Text is not null).ToDictionary(variable => variable.Name, variable => variable.Value.Text!, StringComparer.Ordinal);

    /// <summary>The names of variables whose values are on the machine, with the files.</summary>
    public static IReadOnlyDictionary<string, string> Files(IEnumerable<Variable> variables) =>
        variables.Where(variable => variable.Value.File is not null).ToDictionary(variable => variable.Name, variable => variable.Value.File!, StringComparer.Ordinal);

    private IEnumerable<KeyValuePair<string, EnvironmentValue>> Assigned(WorkspaceRow? workspace) => workspace is null || store is null
        ? []
        : store.Read(state => state.ListEnvironmentVariables(workspace.Id))
            .Select(row => KeyValuePair.Create(row.Name, row.Secret ? new EnvironmentValue(null, File: WorkspaceVariables.FileOf(workspace.Id, row.Name)) : new EnvironmentValue(row.Value)));

    private VariableStack ForUser(VmRow vm, WorkspaceRow? workspace, AgentRow? agent, bool isAdmin)
    {
        var settings = config.Load();
        var stack = new VariableStack().Put(VariableSource.Vm, VmEnv(vm));
        if (workspace is not null && settings.WorkspaceTemplates.TryGetValue(workspace.Template, out var template))
        {
            stack.Put(VariableSource.Workspace, template.Env);
        }

        return agent is not null ? stack.Put(VariableSource.Agent, AgentEnv(agent)) : isAdmin ? stack.Put(VariableSource.Admin, settings.Admin.Env) : stack;
    }

    private IReadOnlyDictionary<string, EnvironmentValue> VmEnv(VmRow vm) => config.Load().VmTemplates.GetValueOrDefault(vm.Template)?.Env ?? None;

    private IReadOnlyDictionary<string, EnvironmentValue> AgentEnv(AgentRow agent) => config.Load().AgentTemplates.GetValueOrDefault(agent.Template)?.Env ?? None;

    private static VariableStack Identify(VariableStack stack, VmRow vm, WorkspaceRow? workspace, AgentRow? agent, string? session)
    {
        var identity = new Dictionary<string, string>(StringComparer.Ordinal) { [IdentityVariables.Vm] = vm.Name };
        if (workspace is not null)
        {
            identity[IdentityVariables.Workspace] = workspace.Name;
        }

        if (agent is not null || session is not null)
        {
            identity[IdentityVariables.Agent] = agent?.Name ?? string.Empty;
        }

        if (session is not null)
        {
            identity[IdentityVariables.Session] = session;
        }

        return stack.Put(VariableSource.Identity, identity);
    }

    private static EnvironmentValue Expand(EnvironmentValue value, SessionRow row, SessionPlace place) =>
        value.Text is null ? value : new EnvironmentValue(SessionCommandTemplate.Parse(value.Text).Expand(row.Name, place.Workspace.Name));

    private static readonly Dictionary<string, EnvironmentValue> None = new(StringComparer.Ordinal);
}
