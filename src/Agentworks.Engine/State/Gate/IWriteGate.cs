namespace Agentworks.State.Gate;

/// <summary>Lets one writer at a time, of all processes, to the state file. Used by one thread of each store at a time.</summary>
internal interface IWriteGate : IDisposable
{
    /// <summary>Runs the work inside, perhaps on another thread, and waits for its end. False when the time to get in ran out; then it never runs.</summary>
    bool TryRun(Action work, TimeSpan timeout);

    /// <summary>Who is inside, as far as that can be told.</summary>
    string Holder { get; }
}
