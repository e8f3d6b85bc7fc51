namespace Agentworks.State.Gate;

/// <summary>A lock across processes that the kernel frees when its holder dies, entered in two moves so that nobody need wait in vain.</summary>
internal interface IQueueLock : IDisposable
{
    /// <summary>Takes a place in the queue. True when that is inside already; else <see cref="Wait"/> must follow.</summary>
    bool Join();

    /// <summary>Blocks in the kernel, without limit, until inside.</summary>
    void Wait();

    void Leave();

    /// <summary>Process id of whoever is or was inside last; empty when there was none.</summary>
    string Holder { get; }
}
