using System.Globalization;
using System.Text;
using Agentworks.Model;

namespace Agentworks.Git.Work;

/// <summary>Reads <c>git diff --raw --numstat -z</c> and the beginning of a patch.</summary>
internal static class GitDiffText
{
    /// <summary>So much of the list of files comes from the machine.</summary>
    public const int ListLimit = 32 << 20;

    public static AgwGitDiff Read(GitPlace place, GitAnswer answer, int maxBytes)
    {
        var list = answer.Bytes("files");
        var cut = list.Length >= ListLimit;
        var patch = answer.Has("patch") ? answer.Bytes("patch") : (ReadOnlyMemory<byte>?)null;
        var tooLong = patch is { } whole && whole.Length > maxBytes;
        return new AgwGitDiff
        {
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            Path = place.Path,
            Files = Files(Encoding.UTF8.GetString(list.Span), cut),
            Patch = patch is { } text ? Encoding.UTF8.GetString((tooLong ? WholeCharacters(text, maxBytes) : text).Span) : null,
            Truncated = cut || tooLong,
        };
    }

    // Raw lines first: ":mode mode sha sha status", path, and for a rename the new path. Then numbers: "added deleted path", or with an empty path
    // and both names after it.
    private static List<AgwGitDiffFile> Files(string text, bool cut)
    {
        var fields = text.Split('\0');
        var files = new List<AgwGitDiffFile>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);

        // After the last zero byte comes nothing, or what was cut off.
        var count = fields.Length - 1;
        for (var i = 0; i < count; i++)
        {
            if (fields[i].StartsWith(':'))
            {
                var words = fields[i].Split(' ');
                var letter = words[^1].Length > 0 ? words[^1][0] : 'M';
                var moved = letter is 'R' or 'C';
                if (i + (moved ? 2 : 1) >= count + (cut ? 0 : 1))
                {
                    break;
                }

                var first = fields[++i];
                var path = moved ? fields[++i] : first;
                places[path] = files.Count;
                files.Add(new AgwGitDiffFile { Path = path, OldPath = moved ? first : null, Status = Change(letter) });
            }
            else if (fields[i].Split('\t', 3) is [var added, var deleted, var name])
            {
                if (name.Length == 0)
                {
                    if (i + 2 >= count + (cut ? 0 : 1))
                    {
                        break;
                    }

                    i += 2;
                    name = fields[i];
                }

                if (places.TryGetValue(name, out var at))
                {
                    files[at] = files[at] with { Added = Count(added), Deleted = Count(deleted), IsBinary = added == "-" };
                }
            }
        }

        return files;
    }

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static GitChange Change(char letter) => letter switch
    {
        'A' => GitChange.Added,
        'D' => GitChange.Deleted,
        'R' => GitChange.Renamed,
        'C' => GitChange.Copied,
        'T' => GitChange.TypeChanged,
        'U' => GitChange.Unmerged,
        _ => GitChange.Modified,
    };

    /// <summary>At most so many bytes, without half of a character at the end.</summary>
    private static ReadOnlyMemory<byte> WholeCharacters(ReadOnlyMemory<byte> text, int maxBytes)
    {
        var end = maxBytes;
        while (end > 0 && maxBytes - end < 4 && (text.Span[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }
}
