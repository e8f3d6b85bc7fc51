namespace Agentworks.Config;

/// <summary>
/// Where a file or folder comes from: <c>[git::|file::]url-or-path[//subpath][?ref=x]</c>. Without a prefix it is a path on this computer.
/// </summary>
public sealed record SourceReference
{
    private const string GitPrefix = "git::";
    private const string FilePrefix = "file::";

    public required bool IsGit { get; init; }

    /// <summary>The address of the repository, or an absolute path.</summary>
    public required string Location { get; init; }

    /// <summary>Inside the repository; null: all of it.</summary>
    public string? Subpath { get; init; }

    /// <summary>Branch, tag or commit; null: the repository's default branch.</summary>
    public string? Ref { get; init; }

    /// <returns>Null and what is wrong with the text, when it is not valid.</returns>
    internal static SourceReference? Parse(string text, ConfigContext context, out string? problem)
    {
        problem = null;
        if (text.StartsWith(GitPrefix, StringComparison.Ordinal))
        {
            return ParseGit(text[GitPrefix.Length..], out problem);
        }

        var path = text.StartsWith(FilePrefix, StringComparison.Ordinal) ? text[FilePrefix.Length..] : text;
        if (path.Length == 0 || path.StartsWith("git@", StringComparison.Ordinal) || path.Contains("://", StringComparison.Ordinal))
        {
            problem = path.Length == 0 ? "the path is empty." : $"a repository is written with the prefix '{GitPrefix}'.";
            return null;
        }

        return new SourceReference { IsGit = false, Location = context.ExpandPath(path) };
    }

    private static SourceReference? ParseGit(string text, out string? problem)
    {
        var (address, query) = Cut(text, text.IndexOf('?', StringComparison.Ordinal), 1);
        var scheme = address.StartsWith("https://", StringComparison.Ordinal) ? "https://".Length : 0;
        var (location, subpath) = Cut(address, address.IndexOf("//", scheme, StringComparison.Ordinal), 2);
        var reference = query?.StartsWith("ref=", StringComparison.Ordinal) == true ? query["ref=".Length..] : null;
        problem = (scheme > 0 || address.StartsWith("git@", StringComparison.Ordinal)) switch
        {
            false => "a git address must begin with https:// or git@.",
            _ when location.Length <= Math.Max(scheme, "git@".Length) || location.Any(c => char.IsControl(c) || c == ' ') => "the git address is not valid.",
            _ when subpath is not null && !IsInside(subpath) => "the part after '//' must be a path inside the repository, without '..'.",
            _ when query is not null && (reference is null || !IsRef(reference)) => "after '?' only ref= with a branch, tag or commit can stand.",
            _ => null,
        };
        return problem is null ? new SourceReference { IsGit = true, Location = location, Subpath = subpath, Ref = reference } : null;
    }

    private static (string Before, string? After) Cut(string text, int at, int length) => at < 0 ? (text, null) : (text[..at], text[(at + length)..]);

    private static bool IsInside(string path) => path.Split('/').All(s => s.Length > 0 && s is not ("." or "..") && !s.Any(char.IsControl));

    private static bool IsRef(string name)
        => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && !name.Contains("..", StringComparison.Ordinal)
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '/' or '-');
}
