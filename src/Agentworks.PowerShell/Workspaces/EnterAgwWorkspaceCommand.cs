using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Opens a login shell in a workspace's folder, in this terminal.</summary>
[Cmdlet(VerbsCommon.Enter, "AgwWorkspace")]
[OutputType(typeof(void))]
public sealed class EnterAgwWorkspaceCommand : EnterCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Name { get; set; } = null!;

    /// <summary>Whose shell; that of the workspace's own user when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument? Agent { get; set; }

    protected override void Process()
    {
        if (One(FindWorkspaces([Name]), Name.Input) is not { } workspace)
        {
            return;
        }
        var agent = Agent is null ? null : One(FindAgents([Agent]), Agent.Input);
        if (Agent is null || agent is not null)
        {
            ForInput(Name.Input, () => HandOver(stop => Engine.Workspaces.GetShellAsync(workspace.Name, agent?.Name, stop)));
        }
    }
}
