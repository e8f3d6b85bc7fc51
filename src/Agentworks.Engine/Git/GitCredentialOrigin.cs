namespace Agentworks.Git;

/// <summary>Who wants a credential on a machine.</summary>
public enum GitCredentialOrigin
{
    /// <summary>A list git_credentials of the configuration: it goes when it is no longer on it.</summary>
    Config,

    /// <summary>Set-AgwGitCredential: it stays until it is removed.</summary>
    Set,
}
