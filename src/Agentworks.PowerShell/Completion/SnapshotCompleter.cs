using System.Collections;
using System.Globalization;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of snapshots, of the workspace on the line if there is one.</summary>
internal sealed class SnapshotCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        (from snapshot in engine.Snapshots.List()
         where Fits(given, "Workspace", snapshot.Workspace) && Fits(given, "Source", snapshot.Workspace)
         select (snapshot.Name, string.Create(CultureInfo.InvariantCulture, $"{snapshot.Name} of {snapshot.Workspace}, {snapshot.Created.LocalDateTime:yyyy-MM-dd HH:mm}")))
        .DistinctBy(value => value.Name, StringComparer.Ordinal);
}
