namespace Agentworks.Events;

/// <summary>What a failing step wrote, for the operation's log.</summary>
public sealed record OutputEvent(string Target, string Step, string Text) : EngineEvent;
