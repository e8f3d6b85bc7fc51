using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.State;

namespace Agentworks.Operations;

/// <summary>A multi-step change under way: tells the journal, and whoever listens, each step before it is taken.</summary>
public sealed class OperationScope(JournalOperation journal, string operation, string target, IEventSink events, string part = "") : IResourceJournal
{
    private readonly List<(string Kind, string Name)> _settled = [];

    public IEventSink Events => events;

    /// <summary>What else the success of this operation settles: see <see cref="Settles"/>.</summary>
    internal IReadOnlyList<(string Kind, string Name)> Settled => _settled;

    /// <summary>Makes the intent durable. What <paramref name="step"/> names may or may not exist from here on.</summary>
    public void Record(string step)
    {
        var text = part.Length == 0 ? step : $"{part.TrimEnd('-')}: {step}";
        journal.Record(text);
        events.Report(new JournalEvent(journal.Id, operation, target, text));
    }

    /// <summary>Adds to the events of the machine that is worked on.</summary>
    /// <param name="vmEvent">One of <see cref="History.VmEventNames"/>.</param>
    /// <param name="detail">Never a secret.</param>
    public void Note(string vmEvent, string? detail = null) => events.Report(new VmEvent(vmEvent, detail));

    public Task RecordAsync(string step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Record(step);
        return Task.CompletedTask;
    }

    /// <summary>An id for one change on a machine, so that it happens once however often it is sent.</summary>
    public string RemoteId(string step) => $"{journal.Id}-{part}{step}";

    /// <summary>The same operation for a part of its work, whose steps and ids on the machine are told from those of other parts.</summary>
    public OperationScope Within(string name) => new(journal, operation, target, events, $"{part}{name}-");

    /// <summary>
    /// These go with what is changed, without an operation of their own: what dead processes left open of them is over when this
    /// operation has succeeded.
    /// </summary>
    public void Settles(string kind, IEnumerable<string> names) => _settled.AddRange(names.Select(name => (kind, name)));
}
