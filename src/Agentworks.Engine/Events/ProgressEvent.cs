namespace Agentworks.Events;

/// <summary>How far a piece of work has come. <paramref name="Percent"/> is 0 to 100, or null when it cannot be known.</summary>
public sealed record ProgressEvent(string Activity, string Status, int? Percent = null, bool Completed = false) : EngineEvent;
