using System.Globalization;
using System.Text;
using Agentworks.Config;
using Agentworks.Transport;

namespace Agentworks.Provisioning;

/// <summary>The catalog's commands for the whole machine. The admin runs them; they use sudo themselves.</summary>
public static class InstallCommandSteps
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public static IReadOnlyList<ProvisionStep> Create(IReadOnlyList<InstallCommand> commands, string adminUser) =>
        [MachinePath(commands), .. commands.Select(command => Run(command, adminUser))];

    // For everyone who logs in, and before the tests, which look for commands as a login would. zsh does not read profile.d.
    private static ProvisionStep MachinePath(IReadOnlyList<InstallCommand> commands) => new(
        "machine-path",
        """
        if [ -z "$agw_text" ]; then
            [ ! -e /etc/profile.d/agentworks-path.sh ]
        else
            printf %s "$agw_text" | cmp -s - /etc/profile.d/agentworks-path.sh
            [ "$(stat -c '%a %u' /etc/profile.d/agentworks-path.sh)" = '644 0' ]
        fi
        [ ! -e /etc/zsh/zprofile ] || grep -qxF "$agw_zsh" /etc/zsh/zprofile
        """,
        """
        if [ -z "$agw_text" ]; then
            rm -f /etc/profile.d/agentworks-path.sh
        else
            printf %s "$agw_text" > /etc/profile.d/agentworks-path.sh
            chmod 0644 /etc/profile.d/agentworks-path.sh
        fi
        [ ! -e /etc/zsh/zprofile ] || grep -qxF "$agw_zsh" /etc/zsh/zprofile || printf '%s\n' "$agw_zsh" >> /etc/zsh/zprofile
        """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_text"] = Profile([.. commands.SelectMany(command => command.Path).Distinct(StringComparer.Ordinal)]),
            ["agw_zsh"] = "for f in /etc/profile.d/agentworks-*.sh(N); do emulate sh -c \". $f\"; done",
        });

    private static ProvisionStep Run(InstallCommand command, string adminUser)
    {
        var (test, subject) = command switch
        {
            { TestExec: { } name } => ("exec", name),
            { TestFile: { } path } => ("file", path),
            { TestDir: { } path } => ("dir", path),
            _ => (string.Empty, string.Empty),
        };
        return new ProvisionStep(
            "install:" + command.Name,
            "agw_check_command",
            "agw_apply_command",
            Fatal: false,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["agw_name"] = command.Name,
                ["agw_admin"] = adminUser,
                ["agw_command"] = command.Command,
                ["agw_test"] = test,
                ["agw_subject"] = subject,
                ["agw_what"] = InHome(subject),
                ["agw_allowed"] = Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            })
        {
            Functions = EmbeddedText.Read("install-command.sh"),
            Limit = Limit + TimeSpan.FromMinutes(2),
        };
    }

    private static string Profile(IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
        {
            return string.Empty;
        }

        var text = new StringBuilder("# Written by Agentworks.\n");
        foreach (var folder in folders)
        {
            var word = InHome(folder);
            text.Append("case \":$PATH:\" in *:").Append(word).Append(":*) ;; *) PATH=").Append(word).Append(":$PATH ;; esac\n");
        }

        return text.Append("export PATH\n").ToString();
    }

    /// <summary>One word for a shell; a leading ~ is the home of whoever the shell belongs to.</summary>
    private static string InHome(string path) =>
        path == "~" ? "\"$HOME\"" : path.StartsWith("~/", StringComparison.Ordinal) ? "\"$HOME\"" + PosixShell.Quote(path[1..]) : PosixShell.Quote(path);
}
