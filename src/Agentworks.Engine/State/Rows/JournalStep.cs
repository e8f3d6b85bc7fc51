namespace Agentworks.State.Rows;

/// <summary>A step that was about to be made. Steps count from 1.</summary>
public sealed record JournalStep(int Number, string Step, DateTimeOffset Recorded);
