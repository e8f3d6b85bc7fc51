using Agentworks.Model;

namespace Agentworks.Jobs;

/// <summary>A line of what a job wrote.</summary>
/// <param name="Job">The job.</param>
/// <param name="IsError">Of its error output.</param>
/// <param name="Text">Without the line's end; invalid UTF-8 is replaced. A line longer than 256 KiB comes in parts.</param>
/// <param name="Dropped">So many bytes of the stream are missing here; there is no text then.</param>
/// <param name="Output">How much of standard output the operator has been given with this.</param>
/// <param name="Error">How much of error output.</param>
public sealed record JobLine(AgwJob Job, bool IsError, string Text, long Dropped, long Output, long Error);
