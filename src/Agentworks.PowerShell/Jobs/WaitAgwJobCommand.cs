using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Waits for jobs and writes each as it ends.</summary>
[Cmdlet(VerbsLifecycle.Wait, "AgwJob")]
[OutputType(typeof(AgwJob))]
public sealed class WaitAgwJobCommand : JobsCommand
{
    /// <summary>Wait only for the first to end.</summary>
    [Parameter]
    public SwitchParameter Any { get; set; }

    /// <summary>Wait no longer than this: seconds, or a TimeSpan. Jobs that still run go on, and are not written.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeout { get; set; }

    private protected override void Work(IReadOnlyList<AgwJob> jobs) => Report(stop => Engine.Jobs.WaitAsync(jobs, Any, Timeout, stop), WriteObject);
}
