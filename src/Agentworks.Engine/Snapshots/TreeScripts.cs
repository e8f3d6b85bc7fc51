using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Snapshots;

/// <summary>
/// What runs on the machine for snapshots of trees and forks: Perl where a process for each thing would take too long, shell around it.
/// </summary>
internal static class TreeScripts
{
    public static string Create { get; } = WorkspaceTransfer.Functions + Function("agw_create", Perl("snapshot-create.pl")) + EmbeddedText.Read("snapshot-create.sh");

    public static string Restore { get; } = WorkspaceTransfer.Functions + Function("agw_restore", Perl("snapshot-restore.pl")) + EmbeddedText.Read("snapshot-restore.sh");

    public static string Remove { get; } = WorkspacePlan.Functions + EmbeddedText.Read("snapshot-remove.sh");

    public static string Measure { get; } = EmbeddedText.Read("snapshot-measure.sh");

    public static string Fork { get; } =
        WorkspaceTransfer.Functions + EmbeddedText.Read("access.sh") + Function("agw_fork", Perl("workspace-users.pl", "workspace-fork.pl")) + EmbeddedText.Read("workspace-fork.sh");

    /// <summary>PATH: gets back what room there is to be had in its file system.</summary>
    public static string Reclaim { get; } = WorkspacePlan.Functions + "\nagw_reclaim \"$1\" now";

    /// <summary>What the Perl programs have besides: how a folder goes that they cannot remove by themselves.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["AGW_DISCARD"] = EmbeddedText.Read("workspace-common.sh") };

    private static string Perl(params string[] programs) =>
        $"""
        {MappedMounts.Library}
        our ($mounts, $unit) = (<<'AGW_MOUNTS', <<'AGW_UNIT');
        {MappedMounts.Program}AGW_MOUNTS
        {EmbeddedText.Read("agentworks-mapped.service")}AGW_UNIT
        {EmbeddedText.Read("trees.pl")}
        {string.Join('\n', programs.Select(EmbeddedText.Read))}
        """;

    private static string Function(string name, string perl) => $"{name}() {{ perl -e {PosixShell.Quote(perl)} -- \"$@\"; }}\n";
}
