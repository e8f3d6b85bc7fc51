using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.State;

namespace Agentworks.Operations;

/// <summary>A multi-step change under way: tells the journal, and whoever listens, each step before it is taken.</summary>
public sealed class OperationScope(JournalOperation journal, string operation, string target, IEventSink events) : IResourceJournal
{
    public IEventSink Events => events;

    /// <summary>Makes the intent durable. What <paramref name="step"/> names may or may not exist from here on.</summary>
    public void Record(string step)
    {
        journal.Record(step);
        events.Report(new JournalEvent(journal.Id, operation, target, step));
    }

    public Task RecordAsync(string step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Record(step);
        return Task.CompletedTask;
    }

    /// <summary>An id for one change on a machine, so that it happens once however often it is sent.</summary>
    public string RemoteId(string step) => $"{journal.Id}-{step}";
}
