using System.Security.Cryptography;
using System.Text;
using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>Tools by mise: its configuration, its lock file, and that what they name is installed. mise itself comes with the machine.</summary>
internal static class MiseSteps
{
    private const string Mark = "# Written by Agentworks from mise_packages, which replaces it: changes here do not last.";

    private const string Run = "agw_user_run 60 \"$agw_git\n$agw_mise\" ";

    private const string RunLong = "agw_user_run \"$agw_seconds\" \"$agw_git\n$agw_mise\" ";

    public static IEnumerable<ProvisionStep> Create(UserSteps steps, UserSetup setup, string? lockfile)
    {
        yield return steps.Create(
            "mise-config",
            Run + "config-check \"$agw_mark\" \"$agw_text\" </dev/null",
            RunLong + "config-apply \"$agw_mark\" \"$agw_text\" \"$agw_prune\" </dev/null",
            Variables(("agw_mark", Mark), ("agw_text", Config(setup)), ("agw_prune", setup.MisePruneOnReinit && !setup.NeedsMise() ? "1" : string.Empty)));
        yield return setup.MiseLockfile switch
        {
            null => NoLock(steps),
            { IsGit: true } source => GitLock(steps, source),
            _ => Lock(steps, lockfile!),
        };
        if (!setup.NeedsMise())
        {
            yield break;
        }

        yield return steps.Create(
            "mise-tools",
            Run + "tools-check </dev/null",
            RunLong + "tools-apply \"$agw_locking\" \"$agw_unlocked\" </dev/null",
            Variables(("agw_locking", setup.MiseLockfile is null ? string.Empty : "1"), ("agw_unlocked", setup.MiseAllowUnlocked ? "1" : string.Empty)))
            with { Limit = 2 * UserSetupPlan.LongCommand };
        if (setup.MisePruneOnReinit)
        {
            yield return steps.Create("mise-prune", Run + "prune-check </dev/null", RunLong + "prune-apply </dev/null", Variables());
        }
    }

    /// <summary>Text of ~/.config/mise/config.toml; empty when nothing is listed.</summary>
    internal static string Config(UserSetup setup)
    {
        if (setup.MisePackages.Count == 0)
        {
            return string.Empty;
        }

        var text = new StringBuilder(Mark).Append('\n');
        if (setup.MiseInstallBefore is { } age)
        {
            // mise's name for it since 2026; it was called install_before for a while.
            text.Append("\n[settings]\nminimum_release_age = ").Append(Quote(age)).Append('\n');
        }

        text.Append("\n[tools]\n");
        foreach (var tool in setup.MisePackages.Select(Split).GroupBy(package => package.Tool, StringComparer.Ordinal))
        {
            var versions = tool.Select(package => Quote(package.Version)).Distinct(StringComparer.Ordinal).ToArray();
            text.Append(Quote(tool.Key)).Append(" = ").Append(versions.Length == 1 ? versions[0] : $"[{string.Join(", ", versions)}]").Append('\n');
        }

        return text.ToString();
    }

    // The name of a tool may itself hold an @, as in npm:@scope/name.
    private static (string Tool, string Version) Split(string package)
    {
        var at = package.LastIndexOf('@');
        return at > 0 && package[at - 1] is not (':' or '/') ? (package[..at], package[(at + 1)..]) : (package, "latest");
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static ProvisionStep Lock(UserSteps steps, string content) => steps.Create(
        "mise-lock",
        Run + "lock-check \"$agw_digest\" </dev/null",
        "printf %s \"$agw_lock\" | " + Run + "lock-apply\nprintf 'file %s\\n' \"$agw_digest\" | agw_write_note mise-lock",
        Variables(("agw_lock", content), ("agw_digest", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content))).ToLowerInvariant())));

    private static ProvisionStep GitLock(UserSteps steps, SourceReference source) => steps.Create(
        "mise-lock",
        """
        set -- $(agw_note mise-lock)
        [ "${1-} ${2-}" = "git $agw_digest" ] || agw_wrong 'the lock file has not been fetched'
        """ + "\n" + Run + "lock-check \"$4\" </dev/null\n" + """
        agw_newest=$(
        """ + Run + "lock-newest \"$agw_url\" \"$agw_ref\" </dev/null) || agw_wrong \"$agw_newest\"\n" + """
        [ "$agw_newest" = "$3" ] || agw_wrong "the repository has a newer lock file"
        """,
        "agw_newest=$(" + Run + "lock-newest \"$agw_url\" \"$agw_ref\" </dev/null) || agw_wrong \"$agw_newest\"\n"
            + "agw_sum=$(" + Run + "lock-fetch \"$agw_url\" \"$agw_ref\" \"$agw_file\" </dev/null) || agw_wrong \"$agw_sum\"\n"
            + "printf 'git %s %s %s\\n' \"$agw_digest\" \"$agw_newest\" \"$agw_sum\" | agw_write_note mise-lock",
        Variables(
            ("agw_url", source.Location),
            ("agw_ref", source.Ref ?? string.Empty),
            ("agw_file", source.Subpath ?? "mise.lock"),
            ("agw_digest", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Location}\n{source.Ref}\n{source.Subpath}"))))));

    private static ProvisionStep NoLock(UserSteps steps) => steps.Create(
        "mise-lock",
        "[ ! -e \"$agw_notes/mise-lock\" ] || agw_wrong 'a lock file is no longer wanted'",
        "agw_sum=$(agw_note mise-lock)\n" + Run + "lock-remove \"${agw_sum##* }\" </dev/null\nrm -f \"$agw_notes/mise-lock\"",
        Variables());

    private static (string Name, string Value)[] Variables(params (string Name, string Value)[] own) =>
        [("agw_git", EmbeddedText.Read("user-git.sh")), ("agw_mise", EmbeddedText.Read("user-mise.sh")), ("agw_seconds", UserSetupPlan.Seconds), .. own];
}
