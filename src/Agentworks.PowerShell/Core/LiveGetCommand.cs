using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>
/// Lists what lives on machines, in workspaces and of agents, with what it is doing. That is asked for together at the pipeline's end: one question
/// per machine, however many objects came.
/// </summary>
/// <remarks>The objects have no type here: PowerShell reads this class before the engine, whose they are, can be found.</remarks>
public abstract class LiveGetCommand : AgentworksCommand
{
    private readonly List<object> _found = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>Ask no machine; the status is Unknown then.</summary>
    public abstract SwitchParameter NoStatus { get; set; }

    protected sealed override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        var agents = Narrow(Agent, FindAgents);
        foreach (var item in Find(narrowed: Vm is not null || Workspace is not null || Agent is not null))
        {
            // Several piped objects may mean the same.
            if (!IsIn(item, vms, workspaces, agents) || (MyInvocation.ExpectingInput && !_seen.Add(item.ToString()!)))
            {
                continue;
            }
            if (NoStatus)
            {
                WriteObject(item);
            }
            else
            {
                _found.Add(item);
            }
        }
    }

    protected sealed override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => ObserveAsync(_found, stop), item =>
            {
                if (IsWanted(item))
                {
                    WriteObject(item);
                }
            });
        }
    }

    private protected abstract IEnumerable<object> Find(bool narrowed);

    /// <summary>Whether it lives in one of these places; null stands for any.</summary>
    private protected abstract bool IsIn(object item, IReadOnlySet<string>? vms, IReadOnlySet<string>? workspaces, IReadOnlySet<string>? agents);

    private protected abstract IAsyncEnumerable<object> ObserveAsync(IReadOnlyList<object> items, CancellationToken cancellationToken);

    /// <summary>What is asked of one when its status is known.</summary>
    private protected virtual bool IsWanted(object item) => true;

    private protected static bool IsOneOf(string? name, IReadOnlySet<string>? names) => names is null || (name is not null && names.Contains(name));
}
