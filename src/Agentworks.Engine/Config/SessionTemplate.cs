namespace Agentworks.Config;

/// <summary>[session_templates.NAME], resolved. Placeholders still stand in the texts: see <see cref="SessionCommandTemplate"/>.</summary>
public sealed record SessionTemplate
{
    public required string Name { get; init; }

    /// <summary>A shell command; empty: a login shell.</summary>
    public string Command { get; init; } = string.Empty;

    public string Description { get; init; } = "Login shell";

    /// <summary>Takes the place of <see cref="Command"/> when a session starts again; empty: the same command.</summary>
    public string RestartCommand { get; init; } = string.Empty;

    public IReadOnlyDictionary<string, EnvironmentValue> Env { get; init; } = new Dictionary<string, EnvironmentValue>(StringComparer.Ordinal);

    /// <summary>What must be found on the user's PATH before a session starts.</summary>
    public IReadOnlyList<string> RequiredCommands { get; init; } = [];

    internal static Func<SessionTemplate, SessionTemplate> Read(ConfigSection section)
    {
        var command = section.Text("command", SessionCommandTemplate.Problem);
        var description = section.Text("description");
        var restartCommand = section.Text("restart_command", SessionCommandTemplate.Problem);
        var env = section.Variables("env", SessionCommandTemplate.Problem);
        var requiredCommands = section.Texts("required_commands", ConfigRules.Argument);
        return inherited => inherited with
        {
            Command = command ?? inherited.Command,
            Description = description ?? inherited.Description,
            RestartCommand = restartCommand ?? inherited.RestartCommand,
            Env = inherited.Env.Extend(env),
            RequiredCommands = inherited.RequiredCommands.Extend(requiredCommands),
        };
    }
}
