using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the ports of this computer that lead to machines. No machine is asked.</summary>
[Cmdlet(VerbsCommon.Get, "AgwPortForward")]
[OutputType(typeof(AgwPortForward))]
public sealed class GetAgwPortForwardCommand : AgentworksCommand
{
    private readonly List<VmArgument> _vms = [];

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Those that were made for these workspaces.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    [Parameter]
    [Alias("HostPort")]
    [ArgumentCompleter(typeof(LocalPortCompleter))]
    public int[]? LocalPort { get; set; }

    protected override void Process() => _vms.AddRange(Vm ?? []);

    protected override void End()
    {
        if (_vms.Count == 0 && MyInvocation.ExpectingInput)
        {
            return;
        }
        // A piped workspace means what was made for it.
        WorkspaceArgument[] workspaceNames = [.. Workspace ?? [], .. _vms.Where(vm => vm.Foreign == "Workspace").Select(vm => new WorkspaceArgument(vm.Input))];
        VmArgument[] vmNames = [.. _vms.Where(vm => vm.Foreign != "Workspace")];
        var workspaces = Narrow(workspaceNames.Length == 0 ? null : workspaceNames, FindWorkspaces);
        var vms = Narrow(vmNames.Length == 0 ? null : vmNames, FindVms);
        foreach (var forward in FindPortForwards(LocalPort, address: null))
        {
            if (vms?.Contains(forward.Vm) != false && (workspaces is null || (forward.Workspace is not null && workspaces.Contains(forward.Workspace))))
            {
                WriteObject(forward);
            }
        }
    }
}
