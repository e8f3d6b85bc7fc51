using Agentworks.Config;
using Agentworks.Secrets;
using Agentworks.Transport;

namespace Agentworks.Git;

/// <summary>
/// Tokens for the one clone that fills a workspace. The machine's script takes what the admin holds there; this is for what only the
/// configuration knows. A repository that needs none is cloned without.
/// </summary>
public sealed class CloneCredentials(ConfigService config, SecretResolver secrets)
{
    /// <summary>The line that the helper is to read: of the credential that fits the URL best and whose token can be found; null for none. Nobody is asked.</summary>
    public async Task<string?> FindAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            return null;
        }

        foreach (var credential in config.Load().GitCredentials.Values.Where(credential => Fits(credential, uri)).OrderByDescending(credential => credential.Path.Length))
        {
            if (await secrets.FindAsync(credential.SecretName, cancellationToken).ConfigureAwait(false) is { } token)
            {
                GitCredentialSteps.ValidateToken(credential.Name, token);
                return GitCredentialSteps.FileLine(credential, GitCredentialOrigin.Config, token).TrimEnd('\n');
            }
        }

        return null;
    }

    /// <summary>What workspace-create.sh calls, with the token that was found here.</summary>
    public static string Functions(string? line) =>
        $"agw_clone_line={PosixShell.Quote(line ?? string.Empty)}\nagw_clone_program={PosixShell.Quote(GitCredentialSteps.ReadProgram())}\n{EmbeddedText.Read("clone-credentials.sh")}";

    // Whether a token is worth sending along; the helper decides what it opens.
    private static bool Fits(GitCredential credential, Uri url)
    {
        var comparison = credential.Type == GitCredential.Generic ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var path = Uri.UnescapeDataString(url.AbsolutePath).TrimStart('/');
        var rest = path.StartsWith(credential.Path, comparison) ? path[credential.Path.Length..] : null;
        return url.Authority.Equals(credential.Host, StringComparison.OrdinalIgnoreCase) && rest is not null
            && (credential.Path.Length == 0 || rest.Length == 0 || rest[0] == '/' || rest == ".git");
    }
}
