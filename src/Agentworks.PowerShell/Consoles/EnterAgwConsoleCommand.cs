using System.Management.Automation;
using Agentworks.Consoles;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Attaches this terminal to a console, and builds it first where it does not run. The prefix key and d lead out again.</summary>
[Cmdlet(VerbsCommon.Enter, "AgwConsole", DefaultParameterSetName = "Console")]
[OutputType(typeof(void))]
public sealed class EnterAgwConsoleCommand : EnterCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Console")]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument Name { get; set; } = null!;

    /// <summary>All sessions of a workspace, and a shell of its own user.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Workspace")]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Workspace { get; set; } = null!;

    /// <summary>All sessions of a machine, and a shell of its admin.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Vm")]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument Vm { get; set; } = null!;

    /// <summary>End it first, with whatever was opened in it, and build it anew.</summary>
    [Parameter]
    public SwitchParameter Recreate { get; set; }

    /// <summary>Attach although this terminal is inside tmux already.</summary>
    [Parameter]
    public SwitchParameter AllowNesting { get; set; }

    protected override void Begin()
    {
        base.Begin();
        RefuseNesting(AllowNesting);
    }

    protected override void Process()
    {
        var (target, input) = ParameterSetName switch
        {
            "Workspace" => (One(FindWorkspaces([Workspace]), Workspace.Input) is { } workspace ? new ConsoleTarget(Workspace: workspace.Name) : null, Workspace.Input),
            "Vm" => (One(FindVms([Vm]), Vm.Input) is { } vm ? new ConsoleTarget(Vm: vm.Name) : null, Vm.Input),
            _ => (One(FindConsoles([Name]), Name.Input) is { } console ? new ConsoleTarget(console.Name) : null, Name.Input),
        };
        if (target is not null)
        {
            ForInput(input, () => HandOver(stop => Engine.Consoles.GetAttachAsync(target, Recreate, Sink, stop)));
        }
    }
}
