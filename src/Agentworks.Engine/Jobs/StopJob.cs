namespace Agentworks.Jobs;

/// <summary>How to stop jobs.</summary>
/// <param name="Signal">Its number.</param>
/// <param name="Grace">How much later KILL follows for what still runs; null: never, and nobody waits for the end.</param>
public sealed record StopJob(int Signal, TimeSpan? Grace);
