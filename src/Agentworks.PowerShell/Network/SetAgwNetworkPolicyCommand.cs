using System.Management.Automation;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Changes what dedicated workspaces may reach. What is not given stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "AgwNetworkPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(AgwNetworkPolicy))]
public sealed class SetAgwNetworkPolicyCommand : LimitedCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DedicatedWorkspaceCompleter))]
    public WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>The internet, or what -AllowedHost names of it; -AllowInternet:$false: nothing of it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter AllowInternet { get; set; }

    /// <summary>Other dedicated workspaces that allow it too; -AllowInterVm:$false: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter AllowInterVm { get; set; }

    /// <summary>Ports on which others may reach it; an empty list: all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AllowedPorts")]
    [AllowEmptyCollection]
    [ValidateRange(1, 65535)]
    public int[]? AllowedPort { get; set; }

    /// <summary>Host names, addresses and networks that it may reach; an empty list: all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AllowedHosts")]
    [AllowEmptyCollection]
    public string[]? AllowedHost { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            var request = new SetNetworkPolicy
            {
                Workspace = workspace.Name,
                AllowInternet = Given(nameof(AllowInternet), AllowInternet),
                AllowInterVm = Given(nameof(AllowInterVm), AllowInterVm),
                AllowedPorts = AllowedPort,
                AllowedHosts = AllowedHost,
            };
            if (Approves(workspace.Name, "Set network policy"))
            {
                ForInput(input, () => WriteObject(Await(stop => Engine.NetworkPolicies.SetAsync(request, Sink, stop))));
            }
        }
    }

    private bool? Given(string parameter, SwitchParameter value) => MyInvocation.BoundParameters.ContainsKey(parameter) ? value.ToBool() : null;
}
