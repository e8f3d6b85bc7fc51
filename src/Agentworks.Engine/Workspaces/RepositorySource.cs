using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Workspaces;

/// <summary>Where a workspace's files come from: a URL that the machine clones, or a folder of the operator's computer.</summary>
/// <param name="Kind">"clone" or "bundle", as the machine's script names them.</param>
/// <param name="Url">For a clone.</param>
/// <param name="Folder">For a bundle.</param>
public sealed record RepositorySource(string Kind, string Url, string? Folder)
{
    // A repository that lacks objects may name the program that is to fetch them, and git would run it here, as the operator.
    private static readonly Dictionary<string, string?> NoFetching = new(StringComparer.Ordinal)
    {
        ["GIT_ALLOW_PROTOCOL"] = "none",
        ["GIT_NO_LAZY_FETCH"] = "1",
        ["GIT_TERMINAL_PROMPT"] = "0",
    };

    private static readonly string[] Schemes = ["https://", "http://", "ssh://", "git://", "file://"];

    /// <exception cref="InvalidRequestException">It is neither, or carries a secret.</exception>
    public static RepositorySource? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Directory.Exists(text))
        {
            return new RepositorySource("bundle", string.Empty, Path.GetFullPath(text));
        }

        var scp = text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && text.IndexOf('@', StringComparison.Ordinal) is var at and > 0 && at < colon;
        var isUrl = Schemes.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal));
        if (text.StartsWith('-') || text.Any(char.IsControl) || !(isUrl || scp))
        {
            throw new InvalidRequestException($"'{text}' is neither a folder here nor a URL that git may be given.")
            {
                Target = text,
                Recommendation = "Use https://, ssh://, git://, user@host:path, or a folder of this computer.",
            };
        }

        if (isUrl && Uri.TryCreate(text, UriKind.Absolute, out var uri) && MayHoldSecret(uri))
        {
            throw new InvalidRequestException("The URL carries a password or token.")
            {
                Recommendation = "Take it out of the URL; a URL is recorded and shown.",
            };
        }

        return new RepositorySource("clone", text, null);
    }

    /// <summary>Packs the folder's repository into one file, alone in a folder that only the operator can read; the caller deletes the folder.</summary>
    /// <exception cref="InvalidRequestException">The folder holds no repository with a commit.</exception>
    public async Task<string> BundleAsync(IProcessRunner processes, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-").FullName;
        var file = Path.Combine(folder, "source.bundle");
        var result = await GitAsync(processes, ["bundle", "create", "--quiet", file, "HEAD", "--branches", "--tags"], cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            Directory.Delete(folder, recursive: true);
            throw new InvalidRequestException($"'{Folder}' could not be packed by git: {result.Error.Trim()}")
            {
                Target = Folder,
                Recommendation = "Give a git repository that has at least one commit.",
            };
        }

        return file;
    }

    /// <summary>The folder's own origin, so that the workspace can pull and push as the folder could; empty for none.</summary>
    public async Task<string> OriginAsync(IProcessRunner processes, CancellationToken cancellationToken)
    {
        var result = await GitAsync(processes, ["remote", "get-url", "origin"], cancellationToken).ConfigureAwait(false);
        var url = result.Output.Trim();
        return result.Succeeded && Uri.TryCreate(url, UriKind.Absolute, out var uri) && MayHoldSecret(uri)
            ? new UriBuilder(uri) { UserName = string.Empty, Password = string.Empty }.Uri.ToString()
            : url;
    }

    // Over http a token often stands where the user's name would.
    private static bool MayHoldSecret(Uri url) =>
        url.UserInfo.Contains(':', StringComparison.Ordinal)
        || (url.UserInfo.Length > 0 && url.Scheme.StartsWith("http", StringComparison.Ordinal));

    private Task<ProcessResult> GitAsync(IProcessRunner processes, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        processes.RunAsync("git", ["-C", Folder!, .. arguments], new ProcessOptions(Environment: NoFetching), cancellationToken);
}
