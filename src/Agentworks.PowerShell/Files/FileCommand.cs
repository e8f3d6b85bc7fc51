using System.Management.Automation;
using Agentworks.Files;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>What the cmdlets for files of workspaces share: where, and as whom.</summary>
public abstract class FileCommand : LimitedCommand
{
    /// <summary>Act as this agent instead of the workspace's own user.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument? Agent { get; set; }

    private protected IEnumerable<(FilePlace Place, object Input)> Places(IEnumerable<NameArgument> workspaces, bool anywhere)
    {
        var agents = Agent is null ? null : FindAgents([Agent]);
        if (agents is { Count: not 1 })
        {
            return [];
        }
        var agent = agents?[0].Item.Name;
        return FindWorkspaces(workspaces).Select(match => (new FilePlace(match.Item.Name, agent, anywhere), match.Input));
    }
}
