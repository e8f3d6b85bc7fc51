using System.Security.Cryptography;
using System.Text;
using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>The catalog's commands for a user, each run as that user and tested before and after.</summary>
internal static class InstallSteps
{
    public static IEnumerable<ProvisionStep> Create(UserSteps steps, IReadOnlyList<InstallCommand> commands) => commands.Select(command => steps.Create(
        "install-" + command.Name,
        command switch
        {
            { TestExec: not null } => "agw_user_login 20 'command -v -- \"$1\" >/dev/null' \"$agw_test\" </dev/null || agw_wrong \"$agw_test is not on the PATH\"",
            { TestFile: not null } => Look + " -f \"$agw_test\" </dev/null || agw_wrong \"there is no file $agw_test\"",
            { TestDir: not null } => Look + " -d \"$agw_test\" </dev/null || agw_wrong \"there is no folder $agw_test\"",
            _ => "[ \"$(agw_note \"install-$agw_name\")\" = \"$agw_digest\" ] || agw_wrong 'it has not been run'",
        },
        """
        agw_said=$(agw_user_login "$agw_seconds" 'exec bash -c "$1"' "$agw_command" </dev/null) || {
            agw_status=$?
            [ -z "$agw_said" ] || printf '%s\n' "$agw_said"
            [ -n "$agw_said" ] || echo "it ended with exit status $agw_status"
            exit 1
        }
        """ + (command is { TestExec: null, TestFile: null, TestDir: null }
            ? "\nprintf '%s\\n' \"$agw_digest\" | agw_write_note \"install-$agw_name\""
            : string.Empty),
        ("agw_name", command.Name),
        ("agw_command", command.Command),
        ("agw_digest", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(command.Command)))),
        ("agw_test", command.TestExec ?? command.TestFile ?? command.TestDir ?? string.Empty),
        ("agw_seconds", UserSetupPlan.Seconds)) with
    {
        Limit = UserSetupPlan.LongCommand,
    });

    private const string Look = """
        agw_user_run 20 'case $2 in "~/"*) set -- "$1" "$HOME/${2#"~/"}" ;; esac; [ "$1" "$2" ]'
        """;
}
