using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Secrets;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Variables;

namespace Agentworks.Sessions;

/// <summary>Works out what a session is to be and what a start of it needs, from the request, the configuration and what is recorded.</summary>
public sealed class SessionPlanner(StateStore store, ConfigService config, VariablePlanner variables, SecretResolver secretResolver, TimeProvider clock)
{
    /// <summary>Where a recorded session lives.</summary>
    public SessionPlace Place(SessionRow row) => store.Read(state => SessionPlace.Of(state, row));

    /// <summary>Where a new session is to live.</summary>
    /// <exception cref="InvalidRequestException">Workspace and agent are on different machines.</exception>
    public SessionPlace Place(string workspaceName, string? agentName) => store.Read(state =>
    {
        var workspace = state.RequireWorkspace(workspaceName);
        var vm = state.GetVm(workspace.VmId)!;
        var agent = agentName is null ? null : state.RequireAgent(agentName);
        if (agent is not null && agent.VmId != vm.Id)
        {
            throw OtherMachine(state, agent, workspaceName, vm);
        }

        return new SessionPlace(vm, workspace, agent);
    });

    internal static InvalidRequestException OtherMachine(StateReader state, AgentRow agent, string workspaceName, VmRow vm) =>
        new($"Agent '{agent.Name}' lives on VM '{state.GetVm(agent.VmId)!.Name}', workspace '{workspaceName}' on VM '{vm.Name}'.")
        {
            Target = agent.Name,
            Recommendation = $"Choose one of: Get-AgwAgent -Vm {vm.Name}",
        };

    /// <summary>A new session as it will be recorded.</summary>
    public SessionRow Plan(NewSession request, SessionPlace place)
    {
        var template = config.Load().ResolveSessionTemplate(request.Template);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Environment)
        {
            environment[name] = Expand(value);
        }

        SessionVariables.Validate(environment.Keys.Concat(request.Secrets.Keys).Concat(request.SecretNames.Keys));
        return new SessionRow
        {
            Id = Identifier.New(),
            Name = request.Name,
            WorkspaceId = place.Workspace.Id,
            AgentId = place.Agent?.Id,
            State = LifecycleState.Creating,
            Desired = DesiredPower.Running,
            Template = template.Name,
            Command = Expand(request.Command ?? template.Command),
            RestartCommand = Expand(request.RestartCommand ?? template.RestartCommand),
            EnvironmentJson = JsonSerializer.Serialize(environment),
            SecretNamesJson = JsonSerializer.Serialize(request.Secrets.Keys.Concat(request.SecretNames.Keys).Distinct(StringComparer.Ordinal)
                .ToDictionary(name => name, name => request.SecretNames.GetValueOrDefault(name, name), StringComparer.Ordinal)),
            RunId = Identifier.New(),
            MadeWorkspace = request.MakeWorkspace is not null,
            MadeAgent = request.MakeAgent is not null,
            Created = clock.GetUtcNow(),
        };

        string Expand(string text) => SessionCommandTemplate.Parse(text).Expand(request.Name, request.Workspace);
    }

    /// <summary>One start of a session: the first, or with <paramref name="again"/> a later one, which has a command and a run of its own.</summary>
    public SessionLaunch Launch(SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> secrets, bool again)
    {
        var settings = config.Load();
        var environment = variables.ForSession(row, place);
        return new SessionLaunch
        {
            Name = row.Name,
            User = place.User,
            Directory = place.Workspace.Path,
            RunId = again || row.RunId is null ? Identifier.New() : row.RunId,
            HistoryLimit = settings.Session.HistoryLimit,
            Command = again && row.RestartCommand.Length > 0 ? row.RestartCommand : row.Command,
            ResumeCommand = row.RestartCommand,
            RequiredCommands = settings.ResolveSessionTemplate(row.Template).RequiredCommands,
            MayGainPrivileges = place.Agent is null,
            Environment = VariablePlanner.Plain(environment),
            SecretFiles = VariablePlanner.Files(environment),
            Secrets = secrets,
        };
    }

    /// <summary>Values for the session's secret variables: as given, else from where the operator keeps secrets.</summary>
    /// <param name="row">The session.</param>
    /// <param name="place">Where it lives.</param>
    /// <param name="given">Values by the variable's name; those of other variables are left out.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="Errors.SecretMissingException">Names all that are in neither.</exception>
    public Task<IReadOnlyDictionary<string, string>> FindSecretsAsync(
        SessionRow row, SessionPlace place, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        var wanted = variables.ForSession(row, place);
        var fitting = given.Where(one => wanted.Any(variable => variable.Name == one.Key && variable.Value.Secret is not null))
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
        return VariableSecrets.FindAsync(secretResolver, wanted, fitting, row.Name, $"Start-AgwSession {row.Name}", cancellationToken);
    }
}
