using Agentworks.Config;

namespace Agentworks.Git;

/// <summary>A credential that a user of a machine is to hold.</summary>
/// <param name="Credential">What it is for.</param>
/// <param name="Origin">Who wants it.</param>
/// <param name="Token">Null when the machine holds it already and it is not at hand here.</param>
public sealed record GitCredentialEntry(GitCredential Credential, GitCredentialOrigin Origin, string? Token);
