using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>Marketplaces and plugins of Claude Code. What the user has beside them stays.</summary>
internal static class ClaudeSteps
{
    public static IEnumerable<ProvisionStep> Create(UserSteps steps, UserSetup setup)
    {
        if (setup.ClaudeMarketplaces.Count > 0)
        {
            yield return Step(steps, "marketplace", setup.ClaudeMarketplaces);
        }

        if (setup.ClaudePlugins.Count > 0)
        {
            yield return Step(steps, "plugin", setup.ClaudePlugins);
        }
    }

    private static ProvisionStep Step(UserSteps steps, string what, IReadOnlyList<string> names) => steps.Create(
        $"claude-{what}s",
        "printf '%s\\n' \"$agw_names\" | agw_user_login 60 \"$agw_claude\" check \"$agw_what\"",
        "printf '%s\\n' \"$agw_names\" | agw_user_login \"$agw_seconds\" \"$agw_claude\" apply \"$agw_what\"",
        ("agw_claude", EmbeddedText.Read("user-claude.sh")),
        ("agw_what", what),
        ("agw_names", string.Join('\n', names)),
        ("agw_seconds", UserSetupPlan.Seconds)) with
    {
        Limit = UserSetupPlan.LongCommand,
    };
}
