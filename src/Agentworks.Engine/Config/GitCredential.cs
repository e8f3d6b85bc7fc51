namespace Agentworks.Config;

/// <summary>[git_credentials.NAME]: which token opens which repositories. The token itself is no part of the configuration.</summary>
public sealed record GitCredential
{
    public const string GitHub = "github";
    public const string AzureDevOps = "azdo";
    public const string Generic = "generic";

    public required string Name { get; init; }

    /// <summary>github, azdo or generic.</summary>
    public required string Type { get; init; }

    /// <summary>The server; lower case, with a port where it is not 443.</summary>
    public required string Host { get; init; }

    /// <summary>What the path of a repository must begin with: organisation, owner, or owner and repository. Empty: all of the server's.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>What stands where a user name is asked for. A token of GitHub or Azure DevOps is good with any.</summary>
    public required string UserName { get; init; }

    public string Description { get; init; } = string.Empty;

    /// <summary>The secret, and the environment variable, that holds the token.</summary>
    public string SecretName => SecretNameOf(Name);

    public static string SecretNameOf(string name) => "GIT_CREDENTIALS_" + name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    /// <param name="host">Null: the type's own.</param>
    /// <param name="owner">The organisation, for Azure DevOps; null: any.</param>
    /// <param name="repository">Null: any.</param>
    /// <param name="userName">Null: what the type takes.</param>
    public static GitCredential Create(string name, string type, string? host, string? owner, string? repository, string? userName, string description = "") => new()
    {
        Name = name,
        Type = type,
        Host = Normal(host ?? (type == AzureDevOps ? "dev.azure.com" : "github.com")),
        Path = string.Join('/', new[] { owner, repository }.Where(part => !string.IsNullOrEmpty(part))),
        UserName = userName ?? (type == GitHub ? "x-access-token" : type == AzureDevOps ? owner ?? "git" : "git"),
        Description = description,
    };

    /// <summary>The type that a server speaks for itself by its name.</summary>
    public static string TypeOf(string host) => Normal(host) switch
    {
        "github.com" => GitHub,
        "dev.azure.com" => AzureDevOps,
        _ => Generic,
    };

    internal static GitCredential Read(ConfigSection section)
    {
        var type = section.Required("type", value => ConfigRules.OneOf(value, GitHub, AzureDevOps, Generic));
        var azure = type == AzureDevOps;
        var host = type == Generic ? section.Required("host", ConfigRules.GitHost) : section.TextOrNone("host", ConfigRules.GitHost);
        var org = azure ? section.Required("org", ConfigRules.BareName) : section.TextOrNone("org");
        var owner = section.TextOrNone("owner", value => azure ? "an Azure DevOps credential is for an organisation: set org." : ConfigRules.GitPath(value));
        var repository = section.TextOrNone("repository", value =>
            azure ? "an Azure DevOps credential is for an organisation." : owner is null ? "it needs owner beside it." : ConfigRules.GitRepository(value));
        var read = Create(
            section.Name, type, host, azure ? org : owner, repository, section.TextOrNone("username", ConfigRules.OneLine), section.Text("description") ?? string.Empty);
        section.Finish();
        return read;
    }

    private static string Normal(string host)
    {
        host = host.ToLowerInvariant();
        return host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;
    }
}
