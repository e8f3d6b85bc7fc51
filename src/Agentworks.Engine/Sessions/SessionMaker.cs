using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Workspaces;

namespace Agentworks.Sessions;

/// <summary>
/// Makes a session along with its workspace, its agent or both, all or nothing. Everything is checked and recorded in one go before
/// anything is done; the session's record says what is made along with it until all of it is whole. A making that was cut off is
/// finished by the same command; one that fails or is called off is undone.
/// </summary>
public sealed class SessionMaker(
    StateStore store, OperationRunner operations, SessionService sessions, SessionPlanner planner, WorkspaceService workspaces, AgentService agents)
{
    /// <exception cref="AlreadyExistsException">One of the names is taken.</exception>
    /// <exception cref="SessionDiedException">The command ended at once; nothing is left of what was made.</exception>
    public Task<AgwSession> CreateAsync(NewSession request, IEventSink events, CancellationToken cancellationToken)
    {
        if (request is { MakeWorkspace: null, MakeAgent: null })
        {
            return sessions.CreateAsync(request, events, cancellationToken);
        }

        Naming.Validate(EntityKind.Session, request.Name);
        List<(string Kind, string Name)> along = [];
        if (request.MakeWorkspace is not null)
        {
            Naming.Validate(EntityKind.Workspace, request.MakeWorkspace.Name);
            along.Add((EntityKind.Workspace, request.MakeWorkspace.Name));
        }

        if (request.MakeAgent is not null)
        {
            Naming.Validate(EntityKind.Agent, request.MakeAgent.Name);
            along.Add((EntityKind.Agent, request.MakeAgent.Name));
        }

        return operations.RunWithAsync(
            "New-AgwSession",
            EntityKind.Session,
            [request.Name],
            along,
            events,
            scope => MakeAsync(scope, request, cancellationToken),
            cancellationToken);
    }

    private async Task<AgwSession> MakeAsync(OperationScope scope, NewSession request, CancellationToken cancellationToken)
    {
        var (outfit, secrets, credentials) = await RecordAsync(request, cancellationToken).ConfigureAwait(false);
        var (vm, workspace, agent) = outfit.Place;
        try
        {
            if (outfit.Session.MadeWorkspace && workspace.State == LifecycleState.Creating)
            {
                await outfit.ReachAsync(EntityKind.Workspace, () => workspaces.BuildAsync(scope.Within("workspace"), workspace, vm, cancellationToken)).ConfigureAwait(false);
            }

            if (outfit.Session.MadeAgent && agent!.State == LifecycleState.Creating)
            {
                await outfit.ReachAsync(EntityKind.Agent, () => agents.BuildAsync(scope.Within("agent"), agent, vm, credentials, cancellationToken)).ConfigureAwait(false);
            }

            SessionReport? report = null;
            await outfit.ReachAsync(
                EntityKind.Session,
                async () => report = await sessions.BuildAsync(scope, outfit.Session, outfit.Place, secrets, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            if (report!.Failed)
            {
                throw report.ToFailure();
            }

            Note(scope, outfit);
            return sessions.Accept(scope, outfit.Session, report);
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            await UndoAsync(scope, outfit).ConfigureAwait(false);
            throw;
        }
    }

    private static void Note(OperationScope scope, SessionOutfit outfit)
    {
        if (outfit.Session.MadeWorkspace)
        {
            scope.Note(VmEventNames.WorkspaceCreated, outfit.Place.Workspace.Name);
        }

        if (outfit.Session.MadeAgent)
        {
            scope.Note(VmEventNames.AgentCreated, outfit.Place.Agent!.Name);
        }
    }

    /// <summary>What was made along with these sessions, by session; what would still be needed when all of them are gone says by what.</summary>
    public IReadOnlyList<SessionBelonging> FindBelongings(IReadOnlyList<string> names) => store.Read(state =>
    {
        var going = names.Select(state.FindSession).OfType<SessionRow>().ToDictionary(row => row.Id, StringComparer.Ordinal);
        var found = new List<SessionBelonging>();
        foreach (var row in going.Values)
        {
            var place = SessionPlace.Of(state, row);
            if (row.MadeAgent && place.Agent is { } agent)
            {
                var elsewhere = state.ListGrants(agentId: agent.Id).Any(grant => grant.Kind == GrantKind.Explicit && !(row.MadeWorkspace && grant.WorkspaceId == row.WorkspaceId));
                found.Add(new SessionBelonging(row.Name, EntityKind.Agent, agent.Name, place.Vm.Name,
                    Others(state.ListSessions(agentId: agent.Id)) ?? (elsewhere || agent.AllWorkspaces ? "workspaces that were granted to it" : null)));
            }

            if (row.MadeWorkspace)
            {
                var guests = state.ListGrants(workspaceId: row.WorkspaceId)
                    .Where(grant => grant.Kind == GrantKind.Explicit && !(row.MadeAgent && grant.AgentId == row.AgentId)).Select(grant => state.GetAgent(grant.AgentId)!.Name).ToArray();
                found.Add(new SessionBelonging(row.Name, EntityKind.Workspace, place.Workspace.Name, place.Vm.Name,
                    Others(state.ListSessions(workspaceId: row.WorkspaceId)) ?? (guests.Length > 0 ? $"agent {string.Join(", ", guests)}" : null)));
            }
        }

        return found;

        string? Others(IReadOnlyList<SessionRow> users)
        {
            var others = users.Where(user => !going.ContainsKey(user.Id)).Select(user => user.Name).ToArray();
            return others.Length > 0 ? $"session {string.Join(", ", others)}" : null;
        }
    });

    /// <summary>Works out everything and finds all secrets, and records what is to be made, or that nothing can be.</summary>
    private async Task<(SessionOutfit Outfit, IReadOnlyDictionary<string, string> Secrets, IReadOnlyList<GitCredentialEntry> Credentials)> RecordAsync(
        NewSession request, CancellationToken cancellationToken)
    {
        var (old, place) = store.Read(state =>
        {
            var half = SessionService.FindHalfMade(state, request.Name, request.MakeWorkspace?.Name, request.MakeAgent?.Name);
            return (half, Place(state, request, half));
        });
        var row = planner.Plan(request, place);
        var secrets = await planner.FindSecretsAsync(row, place, request.Secrets, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GitCredentialEntry> credentials = request.MakeAgent is null
            ? []
            : await agents.ResolveCredentialsAsync(request.MakeAgent, cancellationToken).ConfigureAwait(false);
        store.Write(state =>
        {
            if (old is not null)
            {
                state.DeleteSession(old.Id);
            }

            if (state.GetWorkspace(place.Workspace.Id) is null)
            {
                state.Insert(place.Workspace);
            }

            if (place.Agent is not null && state.GetAgent(place.Agent.Id) is null)
            {
                state.Insert(place.Agent);
            }

            state.Insert(row);
        });
        return (new SessionOutfit(row, place, resumed: old is not null), secrets, credentials);
    }

    private SessionPlace Place(StateReader state, NewSession request, SessionRow? half)
    {
        var workspace = request.MakeWorkspace is null ? state.RequireWorkspace(request.Workspace) : null;
        var agent = request.MakeAgent is null && request.Agent is not null ? state.RequireAgent(request.Agent) : null;

        // The machine is that of what is there already; what is named besides must agree with it.
        var named = request.MakeWorkspace?.Vm;
        var vm = workspace is not null ? state.GetVm(workspace.VmId)!
            : agent is not null && named is null ? state.GetVm(agent.VmId)!
            : state.RequireVmOrOnly(named);
        if (agent is not null && agent.VmId != vm.Id)
        {
            throw SessionPlanner.OtherMachine(state, agent, request.Workspace, vm);
        }

        return new SessionPlace(
            vm,
            workspace ?? Fresh(state, workspaces.Plan(request.MakeWorkspace!, vm), half),
            agent ?? (request.MakeAgent is null ? null : Fresh(state, agents.Plan(request.MakeAgent, vm), half)));
    }

    /// <summary>The planned workspace, or the one that an earlier run of this command has begun with the same in mind.</summary>
    private static WorkspaceRow Fresh(StateReader state, WorkspaceRow planned, SessionRow? half) =>
        state.FindWorkspace(planned.Name) switch
        {
            null => planned,
            { } old when old.Id == half?.WorkspaceId => (old.VmId, old.Template, old.Repository, old.Branch) == (planned.VmId, planned.Template, planned.Repository, planned.Branch)
                ? old
                : throw BegunOtherwise(half),
            _ => throw new AlreadyExistsException(EntityKind.Workspace, planned.Name)
            {
                Target = planned.Name,
                Recommendation = $"Work in it with -Workspace {planned.Name}, or give the new one a name of its own with -WorkspaceName.",
            },
        };

    /// <inheritdoc cref="Fresh(StateReader, WorkspaceRow, SessionRow?)"/>
    private static AgentRow Fresh(StateReader state, AgentRow planned, SessionRow? half) =>
        state.FindAgent(planned.Name) switch
        {
            null => planned,
            { } old when old.Id == half?.AgentId => (old.VmId, old.Template) == (planned.VmId, planned.Template) ? old : throw BegunOtherwise(half),
            _ => throw new AlreadyExistsException(EntityKind.Agent, planned.Name)
            {
                Target = planned.Name,
                Recommendation = $"Let it work with -Agent {planned.Name}, or give the new one a name of its own with -AgentName.",
            },
        };

    private static NotReadyException BegunOtherwise(SessionRow half) => new($"Session '{half.Name}' was begun with other settings and not finished.")
    {
        Target = half.Name,
        Recommendation = $"Run the command that began it again, or Remove-AgwSession {half.Name} -Cascade.",
    };

    /// <summary>Removes exactly what was made along with the session. What cannot be removed now stays recorded for Remove-AgwSession.</summary>
    private async Task UndoAsync(OperationScope scope, SessionOutfit outfit)
    {
        var (vm, workspace, agent) = outfit.Place;
        using var limit = new CancellationTokenSource(SessionService.UndoLimit);
        try
        {
            MarkUnmade(outfit);
            if (outfit.Reached(EntityKind.Session))
            {
                await sessions.EraseAsync(scope.Within("undo-session"), outfit.Session, vm, limit.Token).ConfigureAwait(false);
            }

            if (outfit.Session.MadeAgent && outfit.Reached(EntityKind.Agent))
            {
                await agents.EraseAsync(scope.Within("undo-agent"), agent!, vm, limit.Token).ConfigureAwait(false);
            }

            if (outfit.Session.MadeWorkspace && outfit.Reached(EntityKind.Workspace))
            {
                await workspaces.EraseAsync(scope.Within("undo-workspace"), workspace, vm, limit.Token).ConfigureAwait(false);
            }

            Drop(outfit);
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            scope.Events.Report(new WarningEvent(
                $"What was made for session '{outfit.Session.Name}' could not be undone ({e.Message}). Run: Remove-AgwSession {outfit.Session.Name} -Cascade"));
        }
    }

    /// <summary>From here on nothing of it is whole: who comes after a kill must not take it for that.</summary>
    private void MarkUnmade(SessionOutfit outfit) => store.Write(state =>
    {
        if (outfit.Session.MadeAgent && state.GetAgent(outfit.Place.Agent!.Id) is { } agent)
        {
            state.Update(agent with { State = LifecycleState.Creating });
        }

        if (outfit.Session.MadeWorkspace && state.GetWorkspace(outfit.Place.Workspace.Id) is { } workspace)
        {
            state.Update(workspace with { State = LifecycleState.Creating });
        }
    });

    private void Drop(SessionOutfit outfit) => store.Write(state =>
    {
        state.DeleteSession(outfit.Session.Id);
        if (outfit.Session.MadeAgent)
        {
            state.DeleteAgent(outfit.Place.Agent!.Id);
        }

        if (outfit.Session.MadeWorkspace)
        {
            state.DeleteWorkspace(outfit.Place.Workspace.Id);
        }
    });
}
