using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Opens a login shell as an agent, in this terminal.</summary>
[Cmdlet(VerbsCommon.Enter, "AgwAgent")]
[OutputType(typeof(void))]
public sealed class EnterAgwAgentCommand : EnterCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument Name { get; set; } = null!;

    /// <summary>Where to begin; at the agent's home when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument? Workspace { get; set; }

    protected override void Process()
    {
        if (One(FindAgents([Name]), Name.Input) is not { } agent)
        {
            return;
        }
        var workspace = Workspace is null ? null : One(FindWorkspaces([Workspace]), Workspace.Input);
        if (Workspace is null || workspace is not null)
        {
            ForInput(Name.Input, () => HandOver(stop => Engine.Agents.GetShellAsync(agent.Name, workspace?.Name, stop)));
        }
    }
}
