namespace Agentworks.Bench;

/// <summary>A benchmark cannot run here; the message names what is missing.</summary>
public sealed class BenchSkippedException(string message) : Exception(message);
