namespace Agentworks.Git;

/// <summary>A token to give to a user of a machine. What is null is as the configuration's credential of that name says.</summary>
public sealed record SetGitCredential
{
    public required string Name { get; init; }

    /// <summary>The machine, whose admin gets it; or null and <see cref="Agent"/>.</summary>
    public string? Vm { get; init; }

    public string? Agent { get; init; }
    public string? Host { get; init; }
    public string? Owner { get; init; }
    public string? Repository { get; init; }
    public string? UserName { get; init; }

    /// <summary>Null: the secret <see cref="SecretName"/> holds it.</summary>
    public string? Token { get; init; }

    /// <summary>Null: GIT_CREDENTIALS_ and the name.</summary>
    public string? SecretName { get; init; }
}
