using Agentworks.Errors;

namespace Agentworks.Git.Work;

/// <summary>What became of one repository of many: a value, an error, or neither where there was nothing to do.</summary>
public sealed record GitOutcome<T>(GitTarget Target, T? Value, AgentworksException? Error)
    where T : class;
