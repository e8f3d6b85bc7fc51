using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Changes the power of the machines of dedicated workspaces, one after the other.</summary>
public abstract class WorkspacePowerCommand(string action) : LimitedCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DedicatedWorkspaceCompleter))]
    public WorkspaceArgument[] Name { get; set; } = [];

    /// <summary>Also write the workspace.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Name))
        {
            if (Approves(workspace.Name, action))
            {
                ForInput(input, () => Change(workspace.Name));
            }
        }
    }

    private protected abstract Task<AgwWorkspace> ChangeAsync(string name, CancellationToken stop);

    private void Change(string name)
    {
        var workspace = Await(stop => ChangeAsync(name, stop));
        if (PassThru)
        {
            WriteObject(workspace);
        }
    }
}
