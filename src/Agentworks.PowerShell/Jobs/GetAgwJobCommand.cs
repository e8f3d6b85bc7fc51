using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using JobState = Agentworks.Model.JobState;

namespace Agentworks.PowerShell;

/// <summary>Lists jobs with what they are doing, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwJob", DefaultParameterSetName = "Observed")]
[OutputType(typeof(AgwJob))]
public sealed class GetAgwJobCommand : LiveGetCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobArgument[]? Name { get; set; }

    [Parameter(ParameterSetName = "Observed")]
    public JobState[]? State { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Recorded")]
    public override SwitchParameter NoStatus { get; set; }

    private protected override IEnumerable<object> Find(bool narrowed) => FindJobs(NamesToGet(Name, name => new JobArgument(name), narrowed)).Select(match => match.Item);

    private protected override bool IsIn(object item, IReadOnlySet<string>? vms, IReadOnlySet<string>? workspaces, IReadOnlySet<string>? agents) =>
        item is AgwJob job && IsOneOf(job.Vm, vms) && IsOneOf(job.Workspace, workspaces) && IsOneOf(job.Agent, agents);

    private protected override IAsyncEnumerable<object> ObserveAsync(IReadOnlyList<object> items, CancellationToken cancellationToken) =>
        Engine.Jobs.ObserveAsync([.. items.Cast<AgwJob>()], cancellationToken);

    private protected override bool IsWanted(object item) => State is null || (item is AgwJob job && State.Contains(job.State));
}
