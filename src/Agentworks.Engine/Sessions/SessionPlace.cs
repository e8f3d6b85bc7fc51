using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Sessions;

/// <summary>Where a session lives and as whom: without an agent, as the machine's admin.</summary>
public sealed record SessionPlace(VmRow Vm, WorkspaceRow Workspace, AgentRow? Agent)
{
    public static SessionPlace Of(StateReader state, SessionRow row)
    {
        var workspace = state.GetWorkspace(row.WorkspaceId)!;
        return new SessionPlace(state.GetVm(workspace.VmId)!, workspace, row.AgentId is null ? null : state.GetAgent(row.AgentId));
    }

    public string User => Agent?.LinuxUser ?? Vm.AdminUser;
}
