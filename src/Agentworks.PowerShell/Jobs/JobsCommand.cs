using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Collects jobs from the pipeline and does one thing with all of them: one round trip per machine, results and errors each by itself.</summary>
public abstract class JobsCommand : AgentworksCommand
{
    private readonly Dictionary<string, (AgwJob Job, object Input)> _jobs = new(StringComparer.Ordinal);

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public JobArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (job, input) in FindJobs(Name))
        {
            if (!_jobs.ContainsKey(job.Name) && Wants(job))
            {
                _jobs.Add(job.Name, (job, input));
            }
        }
    }

    protected override void End()
    {
        if (_jobs.Count > 0)
        {
            Work([.. _jobs.Values.Select(one => one.Job)]);
        }
    }

    private protected virtual bool Wants(AgwJob job) => true;

    private protected abstract void Work(IReadOnlyList<AgwJob> jobs);

    /// <summary>Writes what becomes of each.</summary>
    private protected void Report<T>(Func<CancellationToken, IAsyncEnumerable<BatchOutcome<T>>> work, Action<T> write)
        where T : class =>
        Stream(work, outcome =>
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, _jobs.TryGetValue(outcome.Name, out var one) ? one.Input : outcome.Name);
            }
            else
            {
                write(outcome.Value!);
            }
        });
}
