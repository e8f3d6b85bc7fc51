using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using JobState = Agentworks.Model.JobState;

namespace Agentworks.PowerShell;

/// <summary>Lists jobs with what they are doing, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwJob", DefaultParameterSetName = "Observed")]
[OutputType(typeof(AgwJob))]
public sealed class GetAgwJobCommand : AgentworksCommand
{
    // Found while the pipeline runs and asked for together at its end: one question per machine.
    private readonly List<AgwJob> _found = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobArgument[]? Name { get; set; }

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

    [Parameter(ParameterSetName = "Observed")]
    public JobState[]? State { get; set; }

    /// <summary>Ask no machine; the state is Unknown then.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Recorded")]
    public SwitchParameter NoStatus { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var workspaces = Narrow(Workspace, FindWorkspaces);
        var agents = Narrow(Agent, FindAgents);
        var narrowed = Vm is not null || Workspace is not null || Agent is not null;
        foreach (var (job, _) in FindJobs(NamesToGet(Name, name => new JobArgument(name), narrowed)))
        {
            if (vms?.Contains(job.Vm) == false
                || workspaces?.Contains(job.Workspace) == false
                || (agents is not null && (job.Agent is null || !agents.Contains(job.Agent)))
                || (MyInvocation.ExpectingInput && !_seen.Add(job.Name)))
            {
                continue;
            }
            if (NoStatus)
            {
                WriteObject(job);
            }
            else
            {
                _found.Add(job);
            }
        }
    }

    protected override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => Engine.Jobs.ObserveAsync(_found, stop), job =>
            {
                if (State is null || State.Contains(job.State))
                {
                    WriteObject(job);
                }
            });
        }
    }
}
