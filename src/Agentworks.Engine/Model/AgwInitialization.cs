using Agentworks.Events;

namespace Agentworks.Model;

/// <summary>What an initialization found and changed. A second run has <see cref="Changed"/> 0.</summary>
public sealed record AgwInitialization
{
    public required string Vm { get; init; }
    public string? Agent { get; init; }
    public required int Changed { get; init; }
    public required int Failed { get; init; }
    public required IReadOnlyList<StepResult> Steps { get; init; }
    public required TimeSpan Duration { get; init; }
}
