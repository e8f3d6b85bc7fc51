using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists consoles, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwConsole")]
[OutputType(typeof(AgwConsole))]
public sealed class GetAgwConsoleCommand : AgentworksCommand
{
    // Asked for together at the pipeline's end: one question per machine, however many objects came.
    private readonly List<AgwConsole> _found = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Only those with a session in one of these; with -Agent, the same session must be of the agent.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>Ask no machine; the status is Unknown then.</summary>
    [Parameter]
    public SwitchParameter NoStatus { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        var agents = Narrow(Agent, FindAgents);
        var narrowed = Vm is not null || Workspace is not null || Agent is not null;
        foreach (var (console, _) in FindConsoles(NamesToGet(Name, name => new ConsoleArgument(name), narrowed)))
        {
            if (vms?.Contains(console.Vm) == false || !console.HasMember(workspaces, agents) || !_seen.Add(console.Name))
            {
                continue;
            }
            if (NoStatus)
            {
                WriteObject(console);
            }
            else
            {
                _found.Add(console);
            }
        }
    }

    protected override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => Engine.Consoles.ObserveAsync(_found, stop), WriteObject);
        }
    }
}
