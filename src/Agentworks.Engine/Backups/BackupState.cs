using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Backups;

/// <summary>All that is recorded of a machine and of what lives on it. Ids mean nothing outside.</summary>
public sealed record BackupState
{
    public required VmRow Vm { get; init; }
    public required IReadOnlyList<WorkspaceRow> Workspaces { get; init; }
    public required IReadOnlyList<AgentRow> Agents { get; init; }
    public required IReadOnlyList<SessionRow> Sessions { get; init; }
    public required IReadOnlyList<GrantRow> Grants { get; init; }
    public required IReadOnlyList<ConsoleRow> Consoles { get; init; }
    public required IReadOnlyList<ConsoleSessionRow> ConsoleSessions { get; init; }
    public required IReadOnlyList<VmEventRow> Events { get; init; }

    /// <summary>What is whole; half-made things are not backed up.</summary>
    public static BackupState Of(StateReader state, VmRow vm)
    {
        var workspaces = state.ListWorkspaces(vm.Id).Where(row => IsWhole(row.State)).ToArray();
        var agents = state.ListAgents(vm.Id).Where(row => IsWhole(row.State)).ToArray();
        var ids = workspaces.Select(row => row.Id).Concat(agents.Select(row => row.Id)).ToHashSet(StringComparer.Ordinal);
        var sessions = state.ListSessions(vm.Id).Where(row => IsWhole(row.State) && ids.Contains(row.WorkspaceId) && (row.AgentId is null || ids.Contains(row.AgentId))).ToArray();
        var consoles = state.ListConsoles(vm.Id);
        return new BackupState
        {
            Vm = vm with { PlatformData = "{}", OptionsJson = "{}" },
            Workspaces = workspaces,
            Agents = agents,
            Sessions = sessions,
            Grants = [.. agents.SelectMany(agent => state.ListGrants(agentId: agent.Id)).Where(grant => ids.Contains(grant.WorkspaceId))],
            Consoles = consoles,
            ConsoleSessions = [.. consoles.SelectMany(console => state.ListConsoleSessions(consoleId: console.Id)).Where(member => sessions.Any(session => session.Id == member.SessionId))],
            Events = state.ListVmEvents(vm.Id),
        };
    }

    private static bool IsWhole(Model.LifecycleState state) => state is Model.LifecycleState.Ready or Model.LifecycleState.Partial;
}
