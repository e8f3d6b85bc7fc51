namespace Agentworks.Events;

/// <summary>Something that the operator should know or do, though the work goes on.</summary>
public sealed record WarningEvent(string Message) : EngineEvent;
