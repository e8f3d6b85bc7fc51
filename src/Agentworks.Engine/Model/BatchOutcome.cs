using Agentworks.Errors;

namespace Agentworks.Model;

/// <summary>What became of one object of many: a value or an error, never both.</summary>
public sealed record BatchOutcome<T>(string Name, T? Value, AgentworksException? Error)
    where T : class;
