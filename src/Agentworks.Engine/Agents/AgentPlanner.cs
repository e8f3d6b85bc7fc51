using Agentworks.Config;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Users;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Agents;

/// <summary>Says what is declared of an agent: from its template, the catalog, the operator's keys and what it is granted.</summary>
public sealed class AgentPlanner(StateStore store, ConfigService config, OperatorKeys keys)
{
    /// <summary>Finds everything that a template refers to on this computer; for before anything is recorded or made.</summary>
    /// <exception cref="Errors.NotFoundException">The template, or something that it refers to, is not there.</exception>
    public void Validate(string? template)
    {
        var settings = config.Load();
        UserSetupResolver.Resolve(settings, settings.ResolveAgentTemplate(template), UserSetupPlan.AgentRole, string.Empty);
    }

    /// <inheritdoc cref="Validate"/>
    public async Task<AgentPlan> PlanAsync(AgentRow row, VmRow vm, CancellationToken cancellationToken)
    {
        var settings = config.Load();
        var template = settings.ResolveAgentTemplate(row.Template);
        var setup = UserSetupResolver.Resolve(settings, template, UserSetupPlan.AgentRole, row.LinuxUser);
        return new AgentPlan
        {
            LinuxUser = row.LinuxUser,
            Shell = template.Shell,
            Tools = template.NeedsMise() ? AptSteps.CreateMise(settings.Catalog) : [],
            AuthorizedKeys = await keys.AuthorizedKeysAsync(cancellationToken).ConfigureAwait(false),
            Setup = settings.Admin.GitForceSafeDirectory
                ? setup with { WorkspacesPath = vm.WorkspacesPath, SafeDirectories = Granted(row) }
                : setup,
        };
    }

    private string[] Granted(AgentRow row) => store.Read(state =>
    {
        var granted = state.ListGrants(row.Id).Select(grant => grant.WorkspaceId).ToHashSet(StringComparer.Ordinal);
        return state.ListWorkspaces(row.VmId)
            .Where(workspace => workspace.State is LifecycleState.Ready or LifecycleState.Partial)
            .Where(workspace => row.AllWorkspaces || granted.Contains(workspace.Id))
            .Select(workspace => workspace.Path)
            .ToArray();
    });
}
