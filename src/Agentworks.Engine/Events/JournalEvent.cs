namespace Agentworks.Events;

/// <summary>An intent has just become durable; the world is touched next.</summary>
public sealed record JournalEvent(string OperationId, string Operation, string Target, string Step) : EngineEvent;
