namespace Agentworks.Jobs;

/// <summary>A piece of what a job wrote.</summary>
/// <param name="Job">Its number in the request.</param>
/// <param name="Stream">0: standard output; 1: error output; 2: the job's line, when no more comes of it.</param>
/// <param name="Output">How much of standard output came before.</param>
/// <param name="Error">How much of error output came before.</param>
/// <param name="Data">Valid only until the next piece.</param>
public readonly record struct JobFrame(int Job, int Stream, long Output, long Error, ReadOnlyMemory<byte> Data)
{
    /// <summary>How much of its own stream came before.</summary>
    public long Position => Stream == 1 ? Error : Output;
}
