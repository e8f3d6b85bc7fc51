using Agentworks.Events;

namespace Agentworks.Model;

/// <summary>What an initialization or a repair found and changed. A second run has <see cref="Changed"/> 0.</summary>
public sealed record AgwInitialization
{
    public required string Vm { get; init; }
    public string? Agent { get; init; }
    public string? Workspace { get; init; }
    public int Changed => Steps.Count(step => step.State == StepState.Changed);
    public int Failed => Steps.Count(step => step.State == StepState.Failed);
    public required IReadOnlyList<StepResult> Steps { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>The names of the steps that failed, one a line, as they are recorded.</summary>
    internal string FailedNames => string.Join('\n', Steps.Where(step => step.State == StepState.Failed).Select(step => step.Name));
}
