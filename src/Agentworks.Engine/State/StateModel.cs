using System.Text.Json;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State.Rows;

namespace Agentworks.State;

/// <summary>What is recorded, as the objects that operators see. Nothing is asked of any machine, so observed fields are empty.</summary>
public sealed class StateModel(StateStore store)
{
    private const int PageLength = 256;

    public IReadOnlyList<AgwVm> Vms() => store.Read(state =>
    {
        var workspaces = state.CountWorkspacesByVm();
        var agents = state.CountAgentsByVm();
        var sessions = state.CountSessionsByVm();
        var pooled = state.ListPoolMembers().Select(member => member.VmId).ToHashSet(StringComparer.Ordinal);
        return (IReadOnlyList<AgwVm>)[.. state.ListVms().Select(row => new AgwVm
        {
            Name = row.Name,
            Id = row.Id,
            Platform = row.Platform,
            State = row.State,
            DesiredPower = row.DesiredPower,
            Template = row.Template,
            AdminUser = row.AdminUser,
            HostName = row.HostName,
            Network = row.Network,
            Cpus = row.Cpus,
            MemoryMiB = row.MemoryMiB,
            Suspended = row.Suspended,
            Dedicated = row.Dedicated,
            InPool = pooled.Contains(row.Id),
            DiskGiB = row.DiskGiB,
            WorkspaceStore = row.WorkspaceStore,
            FailedSteps = Lines(row.FailedSteps),
            WorkspaceCount = workspaces.GetValueOrDefault(row.Id),
            AgentCount = agents.GetValueOrDefault(row.Id),
            SessionCount = sessions.GetValueOrDefault(row.Id),
            Created = row.Created,
        })];
    });

    public IReadOnlyList<AgwWorkspace> Workspaces() => store.Read(state =>
    {
        var vms = state.ListVms().ToDictionary(row => row.Id, StringComparer.Ordinal);
        var agents = state.ListAgents().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var grants = state.ListGrants().ToLookup(row => row.WorkspaceId, row => agents[row.AgentId], StringComparer.Ordinal);
        var sessions = state.CountSessionsByWorkspace();
        var snapshots = state.ListSnapshots();
        var counts = snapshots.ToLookup(row => row.WorkspaceId, StringComparer.Ordinal);
        var names = snapshots.ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var jobs = state.CountJobsByWorkspace();
        return (IReadOnlyList<AgwWorkspace>)[.. state.ListWorkspaces().Select(row => new AgwWorkspace
        {
            Name = row.Name,
            Id = row.Id,
            Vm = vms[row.VmId].Name,
            Isolation = row.Isolation,
            State = row.State,
            Path = row.Path,
            Group = row.LinuxGroup,
            Store = row.Store,
            Template = row.Template,
            Repository = row.Repository,
            Platform = vms[row.VmId].Platform,
            Image = vms[row.VmId].Image,
            Cpus = row.Isolation == WorkspaceIsolation.Dedicated ? vms[row.VmId].Cpus : null,
            MemoryMiB = row.Isolation == WorkspaceIsolation.Dedicated ? vms[row.VmId].MemoryMiB : null,
            DiskGiB = row.Isolation == WorkspaceIsolation.Dedicated ? vms[row.VmId].DiskGiB : null,
            ParentWorkspace = row.ParentWorkspace,
            ParentSnapshot = row.ParentSnapshot,
            ForkPoint = row.ForkPoint,
            SnapshotCount = counts[row.Id].Count(),
            CurrentSnapshot = row.AtSnapshotId is null ? null : names.GetValueOrDefault(row.AtSnapshotId),
            FromPool = row.FromPool,
            ReadyTime = row.ReadyMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            Agents = grants[row.Id].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray(),
            SessionCount = sessions.GetValueOrDefault(row.Id),
            JobCount = jobs.GetValueOrDefault(row.Id),
            Created = row.Created,
        })];
    });

    /// <summary>By workspace and age.</summary>
    public IReadOnlyList<AgwSnapshot> Snapshots() => store.Read(state =>
    {
        var workspaces = state.ListWorkspaces().ToDictionary(row => row.Id, StringComparer.Ordinal);
        var vms = state.ListVms().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var forks = workspaces.Values.Where(row => row.ParentSnapshotId is not null).ToLookup(row => row.ParentSnapshotId!, row => row.Name, StringComparer.Ordinal);
        var rows = state.ListSnapshots();
        var names = rows.ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        return (IReadOnlyList<AgwSnapshot>)[.. rows.Select(row => new AgwSnapshot
        {
            Id = row.Id,
            Name = row.Name,
            Workspace = workspaces[row.WorkspaceId].Name,
            Vm = vms[workspaces[row.WorkspaceId].VmId],
            Parent = row.ParentId is null ? null : names.GetValueOrDefault(row.ParentId),
            Scope = row.Scope,
            Provider = row.Provider,
            State = row.State,
            HasMemory = row.HasMemory,
            Forks = forks[row.Id].Order(StringComparer.Ordinal).ToArray(),
            HeadCommit = row.HeadCommit,
            Current = workspaces[row.WorkspaceId].AtSnapshotId == row.Id,
            Created = row.Created,
        }).OrderBy(snapshot => snapshot.Workspace, StringComparer.Ordinal)];
    });

    public IReadOnlyList<AgwAgent> Agents() => store.Read(state =>
    {
        var vms = state.ListVms().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var workspaces = state.ListWorkspaces().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var sessions = state.ListSessions().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var grants = state.ListGrants().ToLookup(row => row.AgentId, StringComparer.Ordinal);
        var counts = state.CountSessionsByAgent();
        return (IReadOnlyList<AgwAgent>)[.. state.ListAgents().Select(row =>
        {
            var held = grants[row.Id].Select(grant => new AgwGrant
            {
                Agent = row.Name,
                Workspace = workspaces[grant.WorkspaceId],
                Vm = vms[row.VmId],
                Kind = grant.Kind,
                Session = grant.SessionId is null ? null : sessions.GetValueOrDefault(grant.SessionId),
            }).OrderBy(grant => grant.Workspace, StringComparer.Ordinal).ToArray();
            return new AgwAgent
            {
                Name = row.Name,
                Id = row.Id,
                Vm = vms[row.VmId],
                State = row.State,
                LinuxUser = row.LinuxUser,
                Home = "/home/" + row.LinuxUser,
                Template = row.Template,
                AllWorkspaces = row.AllWorkspaces,
                Grants = held,
                Workspaces = held.Select(grant => grant.Workspace).Distinct(StringComparer.Ordinal).ToArray(),
                SessionCount = counts.GetValueOrDefault(row.Id),
                FailedSteps = Lines(row.FailedSteps),
                Created = row.Created,
            };
        })];
    });

    /// <summary>By name, read a page at a time: ten thousand cost no more memory than a few.</summary>
    public IEnumerable<AgwSession> Sessions()
    {
        var after = string.Empty;
        while (store.Read(state => Page(state, after)) is { Count: > 0 } page)
        {
            foreach (var session in page)
            {
                yield return session;
            }

            after = page[^1].Name;
        }
    }

    public AgwSession? Session(string name) => store.Read(state =>
        state.FindSession(name) is { } row ? ToModel(state, row, []) : null);

    private static IReadOnlyList<AgwSession> Page(StateReader state, string after)
    {
        var places = new Dictionary<string, SessionPlace>(StringComparer.Ordinal);
        return [.. state.PageSessions(after, PageLength).Select(row => ToModel(state, row, places))];
    }

    private static AgwSession ToModel(StateReader state, SessionRow row, Dictionary<string, SessionPlace> places)
    {
        var key = row.WorkspaceId + row.AgentId;
        if (!places.TryGetValue(key, out var place))
        {
            places[key] = place = SessionPlace.Of(state, row);
        }

        return new AgwSession
        {
            Name = row.Name,
            Id = row.Id,
            RunId = row.RunId,
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            LinuxUser = place.User,
            Template = row.Template,
            Command = row.Command,
            State = row.State,
            Desired = row.Desired,
            MadeWorkspace = row.MadeWorkspace,
            MadeAgent = row.MadeAgent,
            Started = row.Started,
            Created = row.Created,
        };
    }

    public static IReadOnlyDictionary<string, string> Variables(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    /// <summary>Secret variables and the names of their secrets; a list of names stands for secrets named like the variables.</summary>
    public static IReadOnlyDictionary<string, string> SecretNames(string json) => json.StartsWith('[')
        ? (JsonSerializer.Deserialize<string[]>(json) ?? []).ToDictionary(name => name, StringComparer.Ordinal)
        : JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
