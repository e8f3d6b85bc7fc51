using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Moves a workspace to another path on its machine, or to another machine.</summary>
[Cmdlet(VerbsCommon.Move, "AgwWorkspace", SupportsShouldProcess = true, DefaultParameterSetName = "Path", ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AgwWorkspace))]
public sealed class MoveAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Name { get; set; } = null!;

    /// <summary>Absolute, on the machine.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Path")]
    public string Path { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = "Vm")]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>Stop sessions that run in it.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Force { get; set; }

    /// <summary>How long their commands have to end by themselves: seconds, or a TimeSpan.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces([Name]))
        {
            ForInput(input, () =>
            {
                if (Vm?.GetProblem() is { } problem)
                {
                    throw new EngineFailure(problem);
                }
                var request = new MoveWorkspace
                {
                    Name = workspace.Name,
                    Path = Vm is null ? Path : null,
                    Vm = Vm?.Name,
                    StopSessions = Force ? Timeout : null,
                };
                if (Approves($"{workspace.Name} on {workspace.Vm}", $"Move workspace to {Vm?.Name ?? Path}"))
                {
                    WriteObject(Await(stop => Engine.WorkspaceMover.MoveAsync(request, Sink, stop)));
                }
            });
        }
    }
}
