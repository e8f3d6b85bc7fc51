using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Git.Work;

/// <summary>What became of a source, and why where it is not a matter of conflicts.</summary>
public sealed record MergeOutcome(AgwMergeResult Result, AgentworksException? Error);
