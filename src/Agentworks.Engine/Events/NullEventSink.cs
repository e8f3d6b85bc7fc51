namespace Agentworks.Events;

/// <summary>For callers who do not listen.</summary>
public sealed class NullEventSink : IEventSink
{
    public static NullEventSink Instance { get; } = new();

    public void Report(EngineEvent engineEvent)
    {
    }
}
