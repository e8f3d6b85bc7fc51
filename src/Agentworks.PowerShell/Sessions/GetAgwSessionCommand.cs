using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists sessions, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwSession", DefaultParameterSetName = "Observed")]
[OutputType(typeof(AgwSession))]
public sealed class GetAgwSessionCommand : AgentworksCommand
{
    // Found while the pipeline runs and asked for together at its end: one question per machine, however many objects came.
    private readonly List<AgwSession> _found = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[]? Name { get; set; }

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

    /// <summary>Those of the machines' admins.</summary>
    [Parameter]
    public SwitchParameter Admin { get; set; }

    [Parameter(ParameterSetName = "Observed")]
    public SessionStatus[]? Status { get; set; }

    /// <summary>Ask no machine; the status is Unknown then.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Recorded")]
    public SwitchParameter NoStatus { get; set; }

    protected override void Begin()
    {
        if (Admin && IsGiven(nameof(Agent)))
        {
            throw new EngineFailure(new InvalidRequestException("-Admin and -Agent exclude each other: a session of the admin has no agent.")
            {
                Recommendation = "Leave one of them out.",
            });
        }
    }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        var agents = Narrow(Agent, FindAgents);
        var narrowed = Vm is not null || Workspace is not null || Agent is not null;
        foreach (var session in EachSession(NamesToGet(Name, name => new SessionArgument(name), narrowed)))
        {
            if (vms?.Contains(session.Vm) == false
                || workspaces?.Contains(session.Workspace) == false
                || (Admin && session.Agent is not null)
                || (agents is not null && (session.Agent is null || !agents.Contains(session.Agent)))
                || (MyInvocation.ExpectingInput && !_seen.Add(session.Name)))
            {
                continue;
            }
            if (NoStatus)
            {
                WriteObject(session);
            }
            else
            {
                _found.Add(session);
            }
        }
    }

    protected override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => Engine.Sessions.ObserveAsync(_found, stop), session =>
            {
                if (Status is null || Status.Contains(session.Status))
                {
                    WriteObject(session);
                }
            });
        }
    }
}
