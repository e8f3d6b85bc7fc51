namespace Agentworks.Events;

/// <summary>Something happened to the machine that is worked on, to be kept among its events.</summary>
/// <param name="Name">One of <see cref="History.VmEventNames"/>.</param>
/// <param name="Detail">What there is to say about it; never a secret.</param>
public sealed record VmEvent(string Name, string? Detail = null) : EngineEvent;
