using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Finding snapshots, whose names are unique in a workspace only.</summary>
public abstract partial class AgentworksCommand
{
    /// <summary>The snapshots that names and patterns mean, of these workspaces or of any; all for no names.</summary>
    /// <param name="names">Names, patterns or snapshots.</param>
    /// <param name="workspaces">Names of workspaces; null for any.</param>
    /// <param name="one">Whether a name without its workspace must mean one snapshot only, because it is to be changed.</param>
    private protected IEnumerable<(AgwSnapshot Item, object Input)> FindSnapshots(IEnumerable<SnapshotArgument>? names, IReadOnlySet<string>? workspaces, bool one = false)
    {
        var all = Try(Engine.Snapshots.List).Where(snapshot => workspaces?.Contains(snapshot.Workspace) != false).ToArray();
        if (names is null)
        {
            return all.Select(snapshot => (snapshot, (object)snapshot));
        }
        var found = new List<(AgwSnapshot Item, object Input)>();
        foreach (var name in names)
        {
            if (name.GetProblem() is { } problem)
            {
                WriteFailure(problem, name.Input);
                continue;
            }
            var matches = Match(all, name);
            if (matches.Count == 0 && !name.IsPattern)
            {
                WriteFailure(new NotFoundException(EntityKind.Snapshot, name.Name!) { Target = name.Input, Recommendation = "Get-AgwSnapshot lists them." }, name.Input);
            }
            else if (one && !name.IsPattern && matches.Count > 1)
            {
                WriteFailure(
                    new InvalidRequestException($"Several workspaces have a snapshot '{ShownName.Of(name.Name)}'.")
                    {
                        Target = name.Input,
                        Recommendation = "-Workspace with one of: " + string.Join(", ", matches.Select(match => match.Workspace)),
                    },
                    name.Input);
            }
            else
            {
                found.AddRange(matches.Select(match => (match, name.Input ?? match)));
            }
        }
        return found.DistinctBy(match => match.Item.Id, StringComparer.Ordinal);
    }

    private static List<AgwSnapshot> Match(IEnumerable<AgwSnapshot> all, SnapshotArgument name)
    {
        var pattern = name.IsPattern ? WildcardPattern.Get(name.Name!, WildcardOptions.IgnoreCase) : null;
        return [.. all.Where(snapshot =>
            (name.Workspace is null || string.Equals(snapshot.Workspace, name.Workspace, StringComparison.OrdinalIgnoreCase))
            && (pattern?.IsMatch(snapshot.Name) ?? string.Equals(snapshot.Name, name.Name, StringComparison.OrdinalIgnoreCase)))];
    }
}
