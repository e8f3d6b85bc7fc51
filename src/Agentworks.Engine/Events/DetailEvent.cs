namespace Agentworks.Events;

/// <summary>What is being done right now, for those who asked to be told.</summary>
public sealed record DetailEvent(string Message) : EngineEvent;
