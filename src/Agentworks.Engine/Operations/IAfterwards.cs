using Agentworks.Events;

namespace Agentworks.Operations;

/// <summary>What follows when something recorded has changed, whichever operation changed it. Never throws for what it cannot do.</summary>
public interface IAfterwards
{
    Task ChangedAsync(IEventSink events, CancellationToken cancellationToken);
}
