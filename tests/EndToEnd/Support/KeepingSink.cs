using Agentworks.Events;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Keeps the warnings.</summary>
public sealed class KeepingSink : IEventSink
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _warnings = new();

    public IReadOnlyCollection<string> Warnings => _warnings;

    public void Report(EngineEvent engineEvent)
    {
        if (engineEvent is WarningEvent warning)
        {
            _warnings.Enqueue(warning.Message);
        }
    }
}
