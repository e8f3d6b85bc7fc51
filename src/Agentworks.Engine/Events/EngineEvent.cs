namespace Agentworks.Events;

/// <summary>Something that happened inside the engine, told to whoever drives it.</summary>
public abstract record EngineEvent;
