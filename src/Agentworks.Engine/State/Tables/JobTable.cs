using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class JobTable
{
    public static readonly Table<JobRow> Rows = new(
        "job",
        EntityKind.Job,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("vm_id", row => row.VmId),
            ("workspace_id", row => row.WorkspaceId),
            ("agent_id", row => row.AgentId),
            ("state", row => row.State),
            ("command", row => row.Command),
            ("working_directory", row => row.WorkingDirectory),
            ("received_output", row => row.ReceivedOutput),
            ("received_error", row => row.ReceivedError),
            ("created", row => row.Created),
        ],
        row => new JobRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            VmId = row.Text("vm_id"),
            WorkspaceId = row.Text("workspace_id"),
            AgentId = row.TextOrNull("agent_id"),
            State = row.Name<LifecycleState>("state"),
            Command = row.Text("command"),
            WorkingDirectory = row.Text("working_directory"),
            ReceivedOutput = row.Count("received_output"),
            ReceivedError = row.Count("received_error"),
            Created = row.Time("created"),
        });

    /// <summary>By age, the oldest first.</summary>
    public static List<JobRow> List(Database database, string? vmId, string? workspaceId, string? agentId) =>
        [.. Rows.List(database, ("vm_id", vmId), ("workspace_id", workspaceId), ("agent_id", agentId)).OrderBy(row => row.Created)];

    /// <summary>The number of the newest of the jobs that were given a number for a name; 0 for none.</summary>
    public static int LastNumber(Database database) => database
        .Query("SELECT max(CAST(substr(name, 4) AS INTEGER)) AS last FROM job WHERE name GLOB 'job[0-9]*' AND substr(name, 4) NOT GLOB '*[^0-9]*'", row => row.NumberOrNull("last"))
        .FirstOrDefault() ?? 0;
}
