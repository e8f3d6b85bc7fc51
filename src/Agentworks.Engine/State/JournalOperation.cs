namespace Agentworks.State;

/// <summary>One operation under way. Its holder calls exactly one of Complete and Fail in the end.</summary>
public sealed class JournalOperation
{
    private readonly OperationJournal journal;
    private readonly long sequence;

    internal JournalOperation(OperationJournal journal, long sequence, string id)
    {
        this.journal = journal;
        this.sequence = sequence;
        Id = id;
    }

    /// <summary>32 hex digits.</summary>
    public string Id { get; }

    /// <summary>
    /// Records what is about to be done. When this returns it survives the death of this process; called inside a transaction,
    /// it does once that is committed.
    /// </summary>
    public void Record(string step) => journal.Record(sequence, step);

    public void Complete() => journal.End(sequence, error: null);

    /// <summary>The operation has ended without success, and what it made is undone or recorded as half-made.</summary>
    public void Fail(string error) => journal.End(sequence, error);
}
