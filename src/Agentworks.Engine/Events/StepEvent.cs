namespace Agentworks.Events;

/// <summary>A provisioning step began or ended on <paramref name="Target"/>.</summary>
public sealed record StepEvent(string Target, StepResult Step, int Index, int Count) : EngineEvent;
