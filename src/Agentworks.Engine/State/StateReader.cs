using Agentworks.State.Rows;
using Agentworks.State.Tables;

namespace Agentworks.State;

/// <summary>
/// One consistent view of the state; everything read through it is of one moment. Find looks by name, Get by id. Valid, on one
/// thread, until the function that received it returns.
/// </summary>
public class StateReader
{
    private readonly Database database;

    internal StateReader(Database database) => this.database = database;

    /// <summary>For the journal, whose rows are its own.</summary>
    internal Database Raw => Database;

    private protected Database Database => Ended
        ? throw new InvalidOperationException("This view of the state has ended; use it only inside the function that received it.")
        : database;

    internal bool Ended { get; set; }

    public VmRow? FindVm(string name) => VmTable.Rows.Find(Database, "name", name);
    public VmRow? GetVm(string id) => VmTable.Rows.Find(Database, "id", id);
    public IReadOnlyList<VmRow> ListVms() => VmTable.Rows.List(Database);

    public VmHostRow? FindVmHost(string name) => VmHostTable.Rows.Find(Database, "name", name);
    public IReadOnlyList<VmHostRow> ListVmHosts() => VmHostTable.Rows.List(Database);

    public IReadOnlyList<PoolRow> ListPools() => PoolTable.List(Database);
    public PoolRow? FindPool(string platform, string image) => PoolTable.Find(Database, platform, image);

    /// <summary>Machines of one pool or of all, the oldest first.</summary>
    public IReadOnlyList<PoolMemberRow> ListPoolMembers(string? poolId = null) => PoolTable.Members(Database, poolId);

    public PortForwardRow? GetPortForward(string id) => PortForwardTable.Get(Database, id);

    /// <summary>Port forwards by local port; all, or those to one machine.</summary>
    public IReadOnlyList<PortForwardRow> ListPortForwards(string? vmId = null) => PortForwardTable.List(Database, vmId);

    public WorkspaceRow? FindWorkspace(string name) => WorkspaceTable.Rows.Find(Database, "name", name);
    public WorkspaceRow? GetWorkspace(string id) => WorkspaceTable.Rows.Find(Database, "id", id);
    public IReadOnlyList<WorkspaceRow> ListWorkspaces(string? vmId = null) => WorkspaceTable.Rows.List(Database, ("vm_id", vmId));

    public AgentRow? FindAgent(string name) => AgentTable.Rows.Find(Database, "name", name);
    public AgentRow? GetAgent(string id) => AgentTable.Rows.Find(Database, "id", id);
    public IReadOnlyList<AgentRow> ListAgents(string? vmId = null) => AgentTable.Rows.List(Database, ("vm_id", vmId));

    public SessionRow? FindSession(string name) => SessionTable.Rows.Find(Database, "name", name);
    public SessionRow? GetSession(string id) => SessionTable.Rows.Find(Database, "id", id);

    /// <summary>Sessions that match all that is given; by name.</summary>
    public IReadOnlyList<SessionRow> ListSessions(string? vmId = null, string? workspaceId = null, string? agentId = null) =>
        SessionTable.Rows.List(Database, ("vm_id", vmId), ("workspace_id", workspaceId), ("agent_id", agentId));

    /// <summary>At most <paramref name="count"/> sessions whose names come after <paramref name="after"/>, by name.</summary>
    public IReadOnlyList<SessionRow> PageSessions(string after, int count) => SessionTable.Rows.Page(Database, after, count);

    public JobRow? FindJob(string name) => JobTable.Rows.Find(Database, "name", name);
    public JobRow? GetJob(string id) => JobTable.Rows.Find(Database, "id", id);

    /// <summary>Jobs that match all that is given; the oldest first.</summary>
    public IReadOnlyList<JobRow> ListJobs(string? vmId = null, string? workspaceId = null, string? agentId = null) =>
        JobTable.List(Database, vmId, workspaceId, agentId);

    /// <summary>The number of the newest job that has one for a name; 0 for none.</summary>
    public int LastJobNumber() => JobTable.LastNumber(Database);

    /// <summary>What the operator has set for a workspace, by name.</summary>
    public IReadOnlyList<EnvironmentVariableRow> ListEnvironmentVariables(string workspaceId) => EnvironmentVariableTable.List(Database, workspaceId);

    /// <summary>Grants that match all that is given.</summary>
    public IReadOnlyList<GrantRow> ListGrants(string? agentId = null, string? workspaceId = null, string? sessionId = null) =>
        GrantTable.List(Database, agentId, workspaceId, sessionId);

    public SnapshotRow? GetSnapshot(string id) => SnapshotTable.Get(Database, id);
    public SnapshotRow? FindSnapshot(string workspaceId, string name) => SnapshotTable.Find(Database, workspaceId, name);

    /// <summary>Snapshots of one workspace or of all, the oldest first.</summary>
    public IReadOnlyList<SnapshotRow> ListSnapshots(string? workspaceId = null) => SnapshotTable.List(Database, workspaceId);

    /// <summary>Workspaces that were forked from a snapshot and still need it.</summary>
    public IReadOnlyList<WorkspaceRow> ListForks(string snapshotId) => WorkspaceTable.Rows.List(Database, ("parent_snapshot_id", snapshotId));

    /// <summary>The preparation of a workspace that is under way, or whose process died; null for none.</summary>
    public PreparationRow? FindPreparation(string workspaceId) => PreparationTable.Find(Database, workspaceId);

    public ConsoleRow? FindConsole(string name) => ConsoleTable.Rows.Find(Database, "name", name);
    public IReadOnlyList<ConsoleRow> ListConsoles(string? vmId = null) => ConsoleTable.Rows.List(Database, ("vm_id", vmId));

    /// <summary>Members that match all that is given; by console and position.</summary>
    public IReadOnlyList<ConsoleSessionRow> ListConsoleSessions(string? consoleId = null, string? sessionId = null) =>
        ConsoleSessionTable.List(Database, consoleId, sessionId);

    /// <summary>Git credentials that match all that is given, by name; with <paramref name="ofAdmin"/> only those of admins.</summary>
    public IReadOnlyList<GitCredentialRow> ListGitCredentials(string? vmId = null, string? agentId = null, bool ofAdmin = false) =>
        GitCredentialTable.List(Database, vmId, agentId, ofAdmin);

    /// <summary>What happened to a machine, the oldest first.</summary>
    public IReadOnlyList<VmEventRow> ListVmEvents(string vmId) => VmEventTable.List(Database, vmId);

    /// <summary>How many workspaces each machine has, by machine id; machines without any are absent. So are the others.</summary>
    public IReadOnlyDictionary<string, int> CountWorkspacesByVm() => Count("workspace", "vm_id");
    public IReadOnlyDictionary<string, int> CountAgentsByVm() => Count("agent", "vm_id");
    public IReadOnlyDictionary<string, int> CountSessionsByVm() => Count("session", "vm_id");
    public IReadOnlyDictionary<string, int> CountSessionsByWorkspace() => Count("session", "workspace_id");
    public IReadOnlyDictionary<string, int> CountSessionsByAgent() => Count("session", "agent_id");
    public IReadOnlyDictionary<string, int> CountJobsByWorkspace() => Count("job", "workspace_id");

    private Dictionary<string, int> Count(string table, string column) => Database
        .Query(
            $"SELECT {column} AS owner, count(*) AS total FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}",
            row => (Owner: row.Text("owner"), Total: row.Number("total")))
        .ToDictionary(count => count.Owner, count => count.Total, StringComparer.Ordinal);
}
