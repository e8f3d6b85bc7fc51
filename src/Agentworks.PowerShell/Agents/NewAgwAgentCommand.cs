using System.Management.Automation;
using Agentworks.Agents;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Makes an agent: a Linux user on a machine, with workspaces granted.</summary>
[Cmdlet(VerbsCommon.New, "AgwAgent", SupportsShouldProcess = true)]
[OutputType(typeof(AgwAgent))]
public sealed class NewAgwAgentCommand : NewCommand
{
    /// <summary>May be left out when there is only one machine.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Workspaces to grant at once.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    /// <summary>Grant every workspace of the machine, present and future.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter AllWorkspaces { get; set; }

    private protected override void Create()
    {
        var vm = Place(Vm);
        if (!Approves(vm is null ? Name : $"{Name} on {vm}", "Create agent"))
        {
            return;
        }
        var request = new NewAgent
        {
            Name = Name,
            Vm = vm,
            Template = Own(nameof(Template), Template),
            AllWorkspaces = Own(nameof(AllWorkspaces), AllWorkspaces),
            Workspaces = Workspace is null ? [] : [.. FindWorkspaces(Workspace).Select(match => match.Item.Name)],
        };
        WriteObject(Await(stop => Engine.Agents.CreateAsync(request, Sink, stop)));
    }
}
