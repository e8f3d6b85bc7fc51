using Agentworks.Model;

namespace Agentworks.Agents;

/// <summary>What a revoke took away, and which of the agent's processes still stood in the workspace and were told to go (SIGHUP).</summary>
public sealed record RevokeOutcome(AgwGrant Grant, bool StillGranted, IReadOnlyList<int> Processes);
