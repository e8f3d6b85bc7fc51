using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Where a job lives and as whom: without an agent, as the workspace's own user.</summary>
public sealed record JobPlace(VmRow Vm, WorkspaceRow Workspace, AgentRow? Agent)
{
    public static JobPlace Of(StateReader state, JobRow row) =>
        new(state.GetVm(row.VmId)!, state.GetWorkspace(row.WorkspaceId)!, row.AgentId is null ? null : state.GetAgent(row.AgentId));

    public string User => Agent?.LinuxUser ?? Workspace.LinuxGroup;
}
