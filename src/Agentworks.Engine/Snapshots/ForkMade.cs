using Agentworks.Errors;
using Agentworks.State.Rows;

namespace Agentworks.Snapshots;

/// <summary>What became of one fork.</summary>
/// <param name="Name">Of the workspace.</param>
/// <param name="Row">Its record with what is known of it now, in state Ready; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Undone">Of one that failed: nothing of it is left, so that its record can go. Else the record stays for the same command again or Remove-AgwWorkspace.</param>
internal sealed record ForkMade(string Name, WorkspaceRow? Row, AgentworksException? Error, bool Undone = false);
