using Agentworks.Config;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Users;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Variables;

namespace Agentworks.Agents;

/// <summary>Says what is declared of an agent: from its template, the catalog, the operator's keys and what it is granted.</summary>
public sealed class AgentPlanner(StateStore store, ConfigService config, OperatorKeys keys, GitCredentialPlanner gitCredentials, VariablePlanner variables)
{
    /// <summary>Finds everything that a template refers to on this computer; for before anything is recorded or made.</summary>
    /// <exception cref="Errors.NotFoundException">The template, or something that it refers to, is not there.</exception>
    public void Validate(string? template)
    {
        var settings = config.Load();
        UserSetupResolver.Resolve(settings, settings.ResolveAgentTemplate(template), UserSetupPlan.AgentRole, string.Empty);
    }

    /// <summary>Finds the tokens of a template's git credentials, except those that the machine holds for the agent.</summary>
    /// <exception cref="Errors.SecretMissingException">Names all that are missing.</exception>
    public Task<IReadOnlyList<GitCredentialEntry>> ResolveCredentialsAsync(string? template, VmRow? vm, AgentRow? row, string name, CancellationToken cancellationToken) =>
        gitCredentials.ResolveAsync(config.Load().ResolveAgentTemplate(template), vm, row, name, cancellationToken);

    /// <summary>Records which git credentials the agent holds after its steps have run.</summary>
    public void Record(VmRow vm, AgentRow row, IReadOnlyList<GitCredentialEntry> credentials, IReadOnlyList<StepResult> steps) =>
        gitCredentials.Record(vm, row, credentials, steps);

    /// <inheritdoc cref="Validate"/>
    public Task<AgentPlan> PlanAsync(AgentRow row, VmRow vm, CancellationToken cancellationToken) =>
        PlanAsync(row, vm, gitCredentials.Declared(config.Load().ResolveAgentTemplate(row.Template)), cancellationToken);

    /// <inheritdoc cref="Validate"/>
    public async Task<AgentPlan> PlanAsync(AgentRow row, VmRow vm, IReadOnlyList<GitCredentialEntry> credentials, CancellationToken cancellationToken)
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
            GitCredentials = credentials,
            Variables = variables.OfUser(row),
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
