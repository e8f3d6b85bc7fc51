namespace Agentworks.State.Rows;

/// <summary>A machine of a pool.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="PoolId">The pool.</param>
/// <param name="Ready">It has booted and its first command has run; only such a one may be claimed.</param>
public sealed record PoolMemberRow(string VmId, string PoolId, bool Ready);
