namespace Agentworks.State;

/// <summary>Lets one writer at a time, of all processes, to the state file, in the order in which they came.</summary>
internal interface IWriteGate : IDisposable
{
    /// <summary>False when the time ran out.</summary>
    bool TryEnter(TimeSpan timeout);

    void Leave();

    /// <summary>Who is inside, as far as that can be told.</summary>
    string Holder { get; }
}
