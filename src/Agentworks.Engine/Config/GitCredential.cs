namespace Agentworks.Config;

/// <summary>[git_credentials.NAME]: which token opens which host. The token itself is no part of the configuration.</summary>
public sealed record GitCredential
{
    public required string Name { get; init; }

    /// <summary>github or azdo.</summary>
    public required string Type { get; init; }

    /// <summary>The Azure DevOps organisation; null for github.</summary>
    public string? Org { get; init; }

    public required string Description { get; init; }

    /// <summary>The secret, and the environment variable, that holds the token.</summary>
    public string SecretName => "GIT_CREDENTIALS_" + Name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    internal static GitCredential Read(ConfigSection section)
    {
        var type = section.Required("type", value => ConfigRules.OneOf(value, "github", "azdo"));
        var read = new GitCredential
        {
            Name = section.Name,
            Type = type,
            Org = type == "azdo" ? section.Required("org", ConfigRules.BareName) : section.TextOrNone("org"),
            Description = section.Text("description") ?? string.Empty,
        };
        section.Finish();
        return read;
    }
}
