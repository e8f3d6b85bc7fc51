using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Sessions;

/// <summary>Works out what a session is to be and what a start of it needs, from the request, the configuration and what is recorded.</summary>
public sealed class SessionPlanner(StateStore store, ConfigService config, ISecretSource secretSource, TimeProvider clock)
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
        foreach (var (name, value) in template.Env.Concat(request.Environment))
        {
            environment[name] = Expand(value);
        }

        SessionVariables.Validate(environment.Keys.Concat(request.Secrets.Keys));
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
            SecretNamesJson = JsonSerializer.Serialize(request.Secrets.Keys),
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
            Environment = SessionVariables.WithIdentity(StateModel.Variables(row.EnvironmentJson), row, place),
            Secrets = secrets,
        };
    }

    /// <summary>Values for the session's secret variables: as given, else from where the operator keeps secrets.</summary>
    /// <exception cref="SecretMissingException">One is in neither.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindSecretsAsync(
        SessionRow row, IReadOnlyDictionary<string, string> given, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in StateModel.Names(row.SecretNamesJson))
        {
            values[name] = given.TryGetValue(name, out var value)
                ? value
                : await secretSource.FindAsync(name, cancellationToken).ConfigureAwait(false)
                    ?? throw new SecretMissingException($"Session '{row.Name}' needs the secret '{name}', which is kept nowhere.")
                    {
                        Target = row.Name,
                        Recommendation = $"Start-AgwSession {row.Name} -SecretEnvironment @{{ {name} = (Read-Host -AsSecureString) }}",
                    };
        }

        return values;
    }
}
