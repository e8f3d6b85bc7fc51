using Agentworks.Config;
using Agentworks.Provisioning.Users;
using Agentworks.Transport;

namespace Agentworks.Provisioning.Nerf;

/// <summary>The nerf tools on the machine, which belong to root and which all can read, and their plugin in the Claude Code of a user.</summary>
internal static class NerfSteps
{
    private const int LargestInScript = 256 * 1024;

    /// <param name="template">Says whether they are wanted, and where. What was brought goes when they no longer are.</param>
    /// <param name="plugin">What is wanted; null to look only whether what was brought is still there.</param>
    public static ProvisionStep Machine(VmTemplate template, LocalFolder? plugin)
    {
        var archive = plugin?.Archive ?? ReadOnlyMemory<byte>.Empty;
        var inScript = archive.Length <= LargestInScript;
        var incoming = plugin is null || inScript ? string.Empty : $"{StepContent.Folder}/{plugin.Digest}";
        var home = template.NerfBuildClaudePlugin ? template.NerfHomeDir : string.Empty;
        return new ProvisionStep(
            "nerf-tools",
            "agw_nerf_check",
            "agw_nerf_apply",
            Fatal: false,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["agw_nerf_home"] = home,
                ["agw_nerf_place"] = home.Length > 0 ? home + "/claude-plugin" : string.Empty,
                ["agw_nerf_digest"] = plugin?.Digest ?? string.Empty,
                ["agw_nerf_archive"] = inScript ? Convert.ToBase64String(archive.Span) : string.Empty,
                ["agw_nerf_incoming"] = incoming,

                // zsh reads it too: see the step machine-path.
                ["agw_nerf_export"] = $"# Written by Agentworks.\nexport AGENTWORKS_NERF_HOME={PosixShell.Quote(home)}\n",
            })
        {
            Functions = EmbeddedText.Read("nerf-tools.sh"),
            Content = incoming.Length > 0 ? new StepContent(incoming, archive) : null,
        };
    }

    /// <summary>The plugin of the machine's nerf tools, in the user's Claude Code.</summary>
    public static IEnumerable<ProvisionStep> User(UserSteps steps, UserSetup setup)
    {
        if (setup.NerfInstallClaudePlugin)
        {
            yield return steps.Create(
                "nerf-plugin",
                "eval \"$agw_nerf_functions\"\nagw_nerf_plugin check 60",
                "eval \"$agw_nerf_functions\"\nagw_nerf_plugin apply \"$agw_seconds\"",
                ("agw_nerf_functions", EmbeddedText.Read("user-nerf.sh")),
                ("agw_nerf_claude", EmbeddedText.Read("user-nerf-claude.sh")),
                ("agw_seconds", UserSetupPlan.Seconds)) with
            {
                Limit = UserSetupPlan.LongCommand,
            };
        }
    }
}
