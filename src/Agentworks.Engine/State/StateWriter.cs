using Agentworks.State.Rows;
using Agentworks.State.Tables;

namespace Agentworks.State;

/// <summary>
/// One transaction: what it reads stays true until it ends, and either all of its changes are kept or none. An update replaces the
/// whole row, so read the row here, not before. A row's <c>Created</c> is set when it is inserted without one.
/// </summary>
/// <remarks>
/// A taken name throws <see cref="Errors.AlreadyExistsException"/>, an update of a row that is gone
/// <see cref="Errors.NotFoundException"/>. Deleting cascades: a machine takes its workspaces, agents, sessions, consoles and grants along,
/// a workspace or an agent its sessions and grants, a session its implicit grants and its places in consoles.
/// </remarks>
public sealed class StateWriter : StateReader
{
    private readonly TimeProvider clock;

    internal StateWriter(Database database, TimeProvider clock)
        : base(database) => this.clock = clock;

    public VmRow Insert(VmRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        VmTable.Rows.Insert(Database, row);
        return row;
    }

    public WorkspaceRow Insert(WorkspaceRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        WorkspaceTable.Rows.Insert(Database, row);
        return row;
    }

    public AgentRow Insert(AgentRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        AgentTable.Rows.Insert(Database, row);
        return row;
    }

    public SessionRow Insert(SessionRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        SessionTable.Rows.Insert(Database, row);
        return row;
    }

    public JobRow Insert(JobRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        JobTable.Rows.Insert(Database, row);
        return row;
    }

    public VmHostRow Insert(VmHostRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        VmHostTable.Rows.Insert(Database, row);
        return row;
    }

    public SnapshotRow Insert(SnapshotRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        SnapshotTable.Insert(Database, row);
        return row;
    }

    public PortForwardRow Insert(PortForwardRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        PortForwardTable.Insert(Database, row);
        return row;
    }

    public void Update(VmHostRow row) => VmHostTable.Rows.Update(Database, row);
    public ConsoleRow Insert(ConsoleRow row)
    {
        row = row.Created == default ? row with { Created = clock.GetUtcNow() } : row;
        ConsoleTable.Rows.Insert(Database, row);
        return row;
    }

    public void Insert(ConsoleSessionRow row) => ConsoleSessionTable.Insert(Database, row);

    public void Update(VmRow row) => VmTable.Rows.Update(Database, row);
    public void Update(WorkspaceRow row) => WorkspaceTable.Rows.Update(Database, row);
    public void Update(AgentRow row) => AgentTable.Rows.Update(Database, row);
    public void Update(JobRow row) => JobTable.Rows.Update(Database, row);
    public void Update(SessionRow row) => SessionTable.Rows.Update(Database, row);
    public void Update(SnapshotRow row) => SnapshotTable.Update(Database, row);
    public void Update(ConsoleSessionRow row) => ConsoleSessionTable.Update(Database, row);

    /// <summary>False when it was gone already; so are the others.</summary>
    public bool DeleteVm(string id) => VmTable.Rows.Delete(Database, id);
    public bool DeleteVmHost(string id) => VmHostTable.Rows.Delete(Database, id);
    public bool DeletePortForward(string id) => PortForwardTable.Delete(Database, id);
    public bool DeleteWorkspace(string id) => WorkspaceTable.Rows.Delete(Database, id);
    public bool DeleteAgent(string id) => AgentTable.Rows.Delete(Database, id);
    public bool DeleteSession(string id) => SessionTable.Rows.Delete(Database, id);
    public bool DeleteJob(string id) => JobTable.Rows.Delete(Database, id);

    /// <summary>What came from it, snapshots and the workspace's files, is recorded as come from its parent.</summary>
    public bool DeleteSnapshot(string id) => SnapshotTable.Delete(Database, id);
    public bool DeleteConsole(string id) => ConsoleTable.Rows.Delete(Database, id);
    public bool DeleteConsoleSession(string consoleId, string sessionId) => ConsoleSessionTable.Delete(Database, consoleId, sessionId);

    /// <summary>Records it in place of the pool of that platform and image, which keeps its id and time.</summary>
    public void Put(PoolRow row) => PoolTable.Put(Database, row with { Created = row.Created == default ? clock.GetUtcNow() : row.Created });

    public void Put(PoolMemberRow row) => PoolTable.Put(Database, row);
    public bool DeletePool(string id) => PoolTable.Delete(Database, id);

    /// <summary>The machine stays.</summary>
    public bool DeletePoolMember(string vmId) => PoolTable.DeleteMember(Database, vmId);

    /// <summary>Records it in place of the user's credential of that name, which keeps its id and time.</summary>
    public void Put(GitCredentialRow row) => GitCredentialTable.Put(Database, row with { Created = row.Created == default ? clock.GetUtcNow() : row.Created });

    /// <summary>Records it in place of the workspace's other one.</summary>
    public void Put(PreparationRow row) => PreparationTable.Put(Database, row);

    public bool DeletePreparation(string workspaceId) => PreparationTable.Delete(Database, workspaceId);

    public bool DeleteGitCredential(string id) => GitCredentialTable.Delete(Database, id);

    public void Put(EnvironmentVariableRow row) => EnvironmentVariableTable.Put(Database, row with { Created = row.Created == default ? clock.GetUtcNow() : row.Created });

    public bool DeleteEnvironmentVariable(string workspaceId, string name) => EnvironmentVariableTable.Delete(Database, workspaceId, name);

    /// <summary>Gives a new workspace what was set for the one that it comes from; secret variables stay where they are.</summary>
    public int InheritEnvironmentVariables(string fromWorkspaceId, string toWorkspaceId) => EnvironmentVariableTable.Inherit(Database, fromWorkspaceId, toWorkspaceId);

    /// <summary>
    /// Takes a token from a bucket that is filled at a steady rate. One that is taken before it is there makes the bucket owe it: then this says
    /// how long the taker must wait. So who comes first goes first, whichever process it is.
    /// </summary>
    /// <param name="bucket">Its name.</param>
    /// <param name="burst">How many tokens it holds.</param>
    /// <param name="perMinute">How many come in a minute.</param>
    /// <param name="owe">Whether to take one that is not there yet.</param>
    public TimeSpan TakeToken(string bucket, int burst, int perMinute, bool owe)
    {
        var now = clock.GetUtcNow();
        var (tokens, at) = RateBucketTable.Find(Database, bucket) ?? (burst, now);

        // A clock that was set back gives nothing; one that was set forward at most a full bucket.
        tokens = Math.Min(burst, tokens + (Math.Max(0, (now - at).TotalMinutes) * perMinute));
        var wait = tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromMinutes((1 - tokens) / perMinute);
        if (wait == TimeSpan.Zero || owe)
        {
            RateBucketTable.Put(Database, bucket, tokens - 1, now);
        }

        return wait;
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void ReturnToken(string bucket)
    {
        if (RateBucketTable.Find(Database, bucket) is var (tokens, at))
        {
            RateBucketTable.Put(Database, bucket, tokens + 1, at);
        }
    }

    /// <summary>False when the machine is gone. Of each machine the last 1,000 are kept.</summary>
    public bool Append(VmEventRow row) => VmEventTable.Append(Database, row.Time == default ? row with { Time = clock.GetUtcNow() } : row);

    /// <summary>False when it was there already.</summary>
    /// <exception cref="Errors.InvalidRequestException">Agent and workspace live on different machines.</exception>
    public bool AddGrant(GrantRow row) => GrantTable.Add(Database, row);

    /// <summary>False when it was not there.</summary>
    public bool RemoveGrant(GrantRow row) => GrantTable.Remove(Database, row);
}
