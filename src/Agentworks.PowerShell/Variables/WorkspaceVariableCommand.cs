using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Changes variables of workspaces.</summary>
public abstract class WorkspaceVariableCommand : LimitedCommand
{
    /// <summary>Whose variables.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    private protected void ForWorkspaces(string action, Func<string, string> target, Action<AgwWorkspace> work)
    {
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            if (Approves(target(workspace.Name), action))
            {
                ForInput(input, () => work(workspace));
            }
        }
    }
}
