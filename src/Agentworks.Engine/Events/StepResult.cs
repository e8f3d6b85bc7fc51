namespace Agentworks.Events;

/// <summary>One declared step of provisioning and what became of it.</summary>
public sealed record StepResult(string Name, StepState State, string? Detail = null);
