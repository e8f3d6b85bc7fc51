using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.Unit.State;

/// <summary>Rows with sensible contents; the id of each is its name.</summary>
internal static class Sample
{
    public static VmRow Vm(string name) => new()
    {
        Id = name,
        Name = name,
        Platform = "nspawn",
        Template = "default",
        State = LifecycleState.Ready,
        DesiredPower = DesiredPower.Running,
        AdminUser = "admin",
        HostName = name,
        WorkspacesPath = "/workspaces",
    };

    public static WorkspaceRow Workspace(string name, string vm) => new()
    {
        Id = name,
        Name = name,
        VmId = vm,
        Isolation = WorkspaceIsolation.Shared,
        State = LifecycleState.Ready,
        Template = "default",
        Path = "/workspaces/" + name,
        LinuxGroup = "ws-" + name,
    };

    public static AgentRow Agent(string name, string vm) => new()
    {
        Id = name,
        Name = name,
        VmId = vm,
        State = LifecycleState.Ready,
        Template = "default",
        LinuxUser = "agt-" + name,
    };

    public static SessionRow Session(string name, string workspace, string? agent = null) => new()
    {
        Id = name,
        Name = name,
        WorkspaceId = workspace,
        AgentId = agent,
        State = LifecycleState.Ready,
        Desired = DesiredPower.Running,
        Template = "default",
        Command = "sleep 1d",
    };

    /// <summary>Two machines; on the first, a workspace, an agent and a session with its implicit grant.</summary>
    public static void Fill(StateStore store) => store.Write(writer =>
    {
        writer.Insert(Vm("one"));
        writer.Insert(Vm("two"));
        writer.Insert(Workspace("app", "one"));
        writer.Insert(Workspace("far", "two"));
        writer.Insert(Agent("coder", "one"));
        writer.Insert(Session("s1", "app", "coder"));
        writer.Insert(Session("s2", "app"));
        writer.AddGrant(new GrantRow("coder", "app", GrantKind.Explicit));
        writer.AddGrant(new GrantRow("coder", "app", GrantKind.Implicit, "s1"));
    });
}
