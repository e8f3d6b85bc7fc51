namespace Agentworks.Config;

/// <summary>[workspace_templates.NAME], resolved.</summary>
public sealed record WorkspaceTemplate
{
    public required string Name { get; init; }

    /// <summary>The git repository to clone; null: an empty workspace.</summary>
    public string? Repo { get; init; }

    /// <summary>Read and without effect: consoles are built from what is recorded, and no file that agents can write is run for them.</summary>
    public bool Tmuxinator { get; init; } = true;

    /// <summary>Environment variables of everything that runs in the workspace.</summary>
    public IReadOnlyDictionary<string, EnvironmentValue> Env { get; init; } = new Dictionary<string, EnvironmentValue>(StringComparer.Ordinal);

    internal static Func<WorkspaceTemplate, WorkspaceTemplate> Read(ConfigSection section)
    {
        var repo = section.Text("repo", ConfigRules.Argument);
        var tmuxinator = section.Flag("tmuxinator");
        var env = section.Variables("env");
        return inherited => inherited with { Repo = repo.Or(inherited.Repo), Tmuxinator = tmuxinator ?? inherited.Tmuxinator, Env = inherited.Env.Extend(env) };
    }
}
