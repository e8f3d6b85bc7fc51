using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Makes a new workspace with the files of another, on the same machine or another one.</summary>
[Cmdlet(VerbsCommon.Copy, "AgwWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspace))]
public sealed class CopyAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Source { get; set; } = null!;

    /// <summary>Of the copy.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The machine of the source when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    protected override void Process()
    {
        foreach (var (source, input) in FindWorkspaces([Source]))
        {
            ForInput(input, () =>
            {
                if (Vm?.GetProblem() is { } problem)
                {
                    throw new EngineFailure(problem);
                }
                var request = new CopyWorkspace(source.Name, Name, Vm?.Name);
                if (Approves($"{source.Name} to {Name} on {Vm?.Name ?? source.Vm}", "Copy workspace"))
                {
                    WriteObject(Await(stop => Engine.WorkspaceCopier.CopyAsync(request, Sink, stop)));
                }
            });
        }
    }
}
