namespace Agentworks.Transport;

/// <summary>A local process to hand the operator's terminal to.</summary>
public sealed record InteractiveCommand(string FileName, IReadOnlyList<string> Arguments);
