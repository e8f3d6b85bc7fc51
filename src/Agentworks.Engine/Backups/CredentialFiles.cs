namespace Agentworks.Backups;

/// <summary>Files in homes that hold nothing but credentials: left out of a backup unless it is asked for them.</summary>
internal static class CredentialFiles
{
    /// <summary>Relative to a home.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ".git-credentials", ".config/git/credentials", ".netrc", ".config/gh/hosts.yml", ".config/glab-cli/config.yml", ".npmrc", ".pypirc", ".docker/config.json",
        ".claude/.credentials.json", ".codex/auth.json", ".aws/credentials", ".azure/msal_token_cache.json", ".config/agentworks",
    ];
}
