using System.Globalization;
using Agentworks.Model;

namespace Agentworks.Git.Work;

/// <summary>Reads <c>git status --porcelain=v2 -z --branch</c>.</summary>
internal static class GitStatusText
{
    public static AgwGitStatus Read(GitPlace place, string text)
    {
        string? branch = null, commit = null, upstream = null;
        int? ahead = null, behind = null;
        List<string> staged = [], modified = [], untracked = [], conflicted = [];
        var renamed = new List<AgwGitRename>();
        var fields = GitAnswer.Fields(text);
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            switch (field.Length > 1 ? field[0] : ' ')
            {
                case '#':
                    var words = field.Split(' ', 3);
                    _ = words[1] switch
                    {
                        "branch.oid" => commit = words[2] == "(initial)" ? null : words[2],
                        "branch.head" => branch = words[2] == "(detached)" ? null : words[2],
                        "branch.upstream" => upstream = words[2],
                        "branch.ab" => Counts(words[2], out ahead, out behind),
                        _ => null,
                    };
                    break;
                case '1' when field.Split(' ', 9) is { Length: 9 } change:
                    Sort(change[1], change[8], staged, modified);
                    break;
                case '2' when field.Split(' ', 10) is { Length: 10 } change && i + 1 < fields.Count:
                    Sort(change[1], change[9], staged, modified);
                    renamed.Add(new AgwGitRename(fields[++i], change[9]));
                    break;
                case 'u' when field.Split(' ', 11) is { Length: 11 } change:
                    conflicted.Add(change[10]);
                    break;
                case '?':
                    untracked.Add(field[2..]);
                    break;
            }
        }

        return new AgwGitStatus
        {
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            Path = place.Path,
            Branch = branch,
            Commit = commit,
            Upstream = upstream,
            Ahead = ahead,
            Behind = behind,
            Staged = staged,
            Modified = modified,
            Untracked = untracked,
            Conflicted = conflicted,
            Renamed = renamed,
        };
    }

    private static void Sort(string change, string path, List<string> staged, List<string> modified)
    {
        if (change[0] != '.')
        {
            staged.Add(path);
        }

        if (change.Length > 1 && change[1] != '.')
        {
            modified.Add(path);
        }
    }

    private static string? Counts(string text, out int? ahead, out int? behind)
    {
        var words = text.Split(' ');
        ahead = int.TryParse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var more) ? more : null;
        behind = int.TryParse(words[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var less) ? -less : null;
        return null;
    }
}
