using System.Management.Automation;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Stops jobs with everything that they have started: TERM first, and KILL after the timeout. Or sends them any signal.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgwJob", SupportsShouldProcess = true)]
[OutputType(typeof(AgwJob))]
public sealed class StopAgwJobCommand : JobsCommand
{
    private int _signal = 15;

    /// <summary>The signal to send, such as INT or USR1. Nothing follows it, unless -Timeout is given too.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string? Signal { get; set; }

    /// <summary>How long they have to end by themselves before they are killed: seconds, or a TimeSpan.</summary>
    [Parameter]
    [Alias("Grace")]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Also write the job.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Begin()
    {
        if (Signal is not null)
        {
            _signal = SignalName.Find(Signal) ?? throw new EngineFailure(new InvalidRequestException($"There is no signal '{Signal}'.")
            {
                Target = Signal,
                Recommendation = "Give a name such as TERM, INT or USR1, or a number.",
            });
        }
    }

    private protected override bool Wants(AgwJob job) => Approves($"{job.Name} in {job.Workspace}", Signal is null ? "Stop job" : $"Send {Signal} to job");

    private protected override void Work(IReadOnlyList<AgwJob> jobs)
    {
        var how = new StopJob(_signal, Signal is null || IsGiven(nameof(Timeout)) || _signal == 9 ? Timeout : null);
        Report(stop => Engine.Jobs.StopAsync([.. jobs.Select(job => job.Name)], how, Sink, stop), job =>
        {
            if (PassThru)
            {
                WriteObject(job);
            }
        });
    }
}
