namespace Agentworks.Events;

/// <summary>Receives the engine's events. Called from any thread; must return quickly and never throw.</summary>
public interface IEventSink
{
    void Report(EngineEvent engineEvent);
}
