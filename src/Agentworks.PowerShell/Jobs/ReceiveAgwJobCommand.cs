using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>
/// Writes what jobs have written since it was last received: standard output as lines of text, error output to the error stream, both in the
/// order in which they were written. What is missing between, because it was beyond the job's limit, is a warning.
/// </summary>
[Cmdlet(VerbsCommunications.Receive, "AgwJob", DefaultParameterSetName = "Lines")]
[OutputType(typeof(string))]
[OutputType(typeof(AgwJobOutput))]
public sealed class ReceiveAgwJobCommand : JobsCommand
{
    private readonly Dictionary<string, (long Output, long Error)> _received = new(StringComparer.Ordinal);

    /// <summary>All of it, and leave it there for the next time.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    /// <summary>Go on until the jobs have ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Of what is there, only so many of the last lines of each job.</summary>
    [Parameter(ParameterSetName = "Lines")]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Write lines of error output to the pipeline too.</summary>
    [Parameter(ParameterSetName = "Lines")]
    public SwitchParameter MergeError { get; set; }

    /// <summary>One object for each job, with both streams byte by byte.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Bytes")]
    public SwitchParameter Raw { get; set; }

    private protected override void Work(IReadOnlyList<AgwJob> jobs)
    {
        var how = new ReadJob { All = Keep, Follow = Wait, Tail = Tail };
        try
        {
            if (Raw)
            {
                Report(stop => Engine.Jobs.ReadBytesAsync(jobs, how, stop), output =>
                {
                    WriteObject(output);
                    _received[output.JobId] = (output.OutputPosition, output.ErrorPosition);
                });
            }
            else
            {
                Report(stop => Engine.Jobs.ReadAsync(jobs, how, stop), Write);
            }
        }
        finally
        {
            // What was written was received, also when the pipeline is stopped here.
            if (!Keep)
            {
                Engine.Jobs.MarkReceived(_received);
            }
        }
    }

    private void Write(JobLine line)
    {
        if (line.Dropped > 0)
        {
            WriteWarning($"{line.Job.Name}: {line.Dropped} bytes of {(line.IsError ? "error output" : "output")} were not kept; here they are missing.");
        }
        else if (line.IsError && !MergeError)
        {
            WriteFailure(new JobErrorOutputException(line.Text), line.Job.Name);
        }
        else
        {
            WriteObject(line.Text);
        }
        _received[line.Job.Id] = (line.Output, line.Error);
    }
}
