using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State.Tables;

internal static class SessionTable
{
    public static readonly Table<SessionRow> Rows = new(
        "session",
        EntityKind.Session,
        [
            ("id", row => row.Id),
            ("name", row => row.Name),
            ("workspace_id", row => row.WorkspaceId),
            ("agent_id", row => row.AgentId),
            ("state", row => row.State),
            ("desired", row => row.Desired),
            ("template", row => row.Template),
            ("command", row => row.Command),
            ("restart_command", row => row.RestartCommand),
            ("environment", row => row.EnvironmentJson),
            ("secret_names", row => row.SecretNamesJson),
            ("run_id", row => row.RunId),
            ("started", row => row.Started),
            ("made_workspace", row => row.MadeWorkspace),
            ("made_agent", row => row.MadeAgent),
            ("created", row => row.Created),
        ],
        row => new SessionRow
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            WorkspaceId = row.Text("workspace_id"),
            AgentId = row.TextOrNull("agent_id"),
            State = row.Name<LifecycleState>("state"),
            Desired = row.Name<DesiredPower>("desired"),
            Template = row.Text("template"),
            Command = row.Text("command"),
            RestartCommand = row.Text("restart_command"),
            EnvironmentJson = row.Text("environment"),
            SecretNamesJson = row.Text("secret_names"),
            RunId = row.TextOrNull("run_id"),
            Started = row.TimeOrNull("started"),
            MadeWorkspace = row.Truth("made_workspace"),
            MadeAgent = row.Truth("made_agent"),
            Created = row.Time("created"),
        },
        new DerivedColumn("vm_id", "workspace_id", id => $"(SELECT vm_id FROM workspace WHERE id = {id})"));
}
