using Agentworks.Errors;
using Agentworks.State.Rows;

namespace Agentworks.Snapshots;

/// <summary>What the forks of a snapshot keep from going.</summary>
internal static class SnapshotDependents
{
    public static HasDependentsException Of(string owner, object target, IReadOnlyList<WorkspaceRow> forks)
    {
        var names = string.Join(", ", forks.Select(fork => fork.Name));
        return new HasDependentsException($"{owner} has forks: {names}.")
        {
            Target = target,
            Recommendation = $"Repair-AgwWorkspace {names} -Promote makes them independent; or Remove-AgwWorkspace {names}",
        };
    }
}
