using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Closes ports of this computer that lead to machines.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwPortForward", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Port")]
[OutputType(typeof(void))]
public sealed class RemoveAgwPortForwardCommand : LimitedCommand
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Port", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostPort")]
    [ArgumentCompleter(typeof(LocalPortCompleter))]
    public int[] LocalPort { get; set; } = [];

    /// <summary>Only those that listen on this address of this computer.</summary>
    [Parameter(ParameterSetName = "Port", ValueFromPipelineByPropertyName = true)]
    [Alias("BindAddress")]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public string? LocalAddress { get; set; }

    /// <summary>All that lead to these machines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Vm")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>All that were made for these workspaces.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Workspace")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        foreach (var forward in FindPortForwards(Vm is null && Workspace is null ? LocalPort : null, LocalAddress)
            .Where(found => vms?.Contains(found.Vm) != false && (workspaces is null || (found.Workspace is not null && workspaces.Contains(found.Workspace)))))
        {
            if (Approves(forward.ToString(), "Remove port forward"))
            {
                ForInput(forward.LocalPort, () => Await(stop => Engine.PortForwards.RemoveAsync(forward, Sink, stop)));
            }
        }
    }
}
