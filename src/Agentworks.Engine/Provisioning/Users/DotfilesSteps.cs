using System.Security.Cryptography;
using System.Text;
using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>A user's dotfiles: a clone that is kept at a reference, or a copy of a folder of the operator's; then their own installer.</summary>
internal static class DotfilesSteps
{
    private const int LargestInScript = 256 * 1024;

    public static IEnumerable<ProvisionStep> Create(UserSteps steps, UserSetup setup, LocalFolder? folder)
    {
        if (setup.DotfilesSource is not { } source)
        {
            yield break;
        }

        var dotfiles = source.IsGit ? Clone(steps, source, setup.DotfilesDestination) : Copy(steps, setup.DotfilesDestination, folder!);
        yield return dotfiles;
        if (setup.DotfilesInstallCmd is { } command)
        {
            yield return Install(steps, dotfiles, source, setup.DotfilesDestination, command);
        }
    }

    private static ProvisionStep Clone(UserSteps steps, SourceReference source, string destination) => steps.Create(
        "dotfiles",
        "agw_user_run 60 \"$agw_git\n$agw_clone\" check \"$agw_url\" \"$agw_ref\" \"$agw_place\" </dev/null",
        """
        # A clone that is made anew has not been installed.
        agw_user_run 20 'case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac; [ -e "$1/.git" ]' "$agw_place" </dev/null || rm -f "$agw_notes/dotfiles-install"
        printf 'git %s\n' "$agw_place" | agw_write_note dotfiles
        agw_user_run "$agw_seconds" "$agw_git
        $agw_clone" apply "$agw_url" "$agw_ref" "$agw_place" </dev/null
        """,
        ("agw_git", EmbeddedText.Read("user-git.sh")),
        ("agw_clone", EmbeddedText.Read("user-dotfiles-git.sh")),
        ("agw_url", source.Location),
        ("agw_ref", source.Ref ?? string.Empty),
        ("agw_place", destination),
        ("agw_seconds", UserSetupPlan.Seconds)) with
    {
        Limit = UserSetupPlan.LongCommand,
    };

    private static ProvisionStep Copy(UserSteps steps, string destination, LocalFolder folder)
    {
        var inScript = folder.Archive.Length <= LargestInScript;
        var incoming = $"{StepContent.Folder}/{folder.Digest}";
        return steps.Create(
            "dotfiles",
            "eval \"$agw_folder_functions\"\nagw_folder_check",
            "eval \"$agw_folder_functions\"\nagw_folder_apply",
            ("agw_folder_functions", EmbeddedText.Read("user-dotfiles-folder.sh")),
            ("agw_folder_program", EmbeddedText.Read("user-dotfiles-folder.pl")),
            ("agw_place", destination),
            ("agw_digest", folder.Digest),
            ("agw_archive", inScript ? Convert.ToBase64String(folder.Archive.Span) : string.Empty),
            ("agw_incoming", incoming)) with
        {
            Content = inScript ? null : new StepContent(incoming, folder.Archive),
        };
    }

    // What was installed is known by its commit or digest: the same again is not installed again.
    private static ProvisionStep Install(UserSteps steps, ProvisionStep dotfiles, SourceReference source, string destination, string command)
    {
        var step = steps.Create(
            "dotfiles-install",
            """
            [ -n "$agw_content" ] || agw_content=$(agw_user_run 20 'case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac; git -C "$1" rev-parse HEAD 2>/dev/null' "$agw_place" </dev/null) ||
                agw_wrong 'the dotfiles are not there'
            [ "$(agw_note dotfiles-install)" = "$agw_content $agw_command_digest" ] || agw_wrong 'it has not been run on this content'
            """,
            """
            # Never on what is only half there.
            (
            """ + "\n" + dotfiles.Check + "\n" + """
            ) >/dev/null 2>&1 || agw_wrong 'the dotfiles are not in place'
            agw_said=$(agw_user_login "$agw_seconds" '
                case $1 in "~/"*) set -- "$HOME/${1#"~/"}" "$2" ;; esac
                cd "$1" || exit 1
                exec bash -c "$2"' "$agw_place${agw_sub:+/$agw_sub}" "$agw_command" </dev/null) || {
                agw_status=$?
                [ -z "$agw_said" ] || printf '%s\n' "$agw_said"
                [ -n "$agw_said" ] || echo "it ended with exit status $agw_status"
                exit 1
            }
            [ -n "$agw_content" ] || agw_content=$(agw_user_run 20 'case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac; git -C "$1" rev-parse HEAD' "$agw_place" </dev/null)
            printf '%s %s\n' "$agw_content" "$agw_command_digest" | agw_write_note dotfiles-install
            """,
            [
                .. dotfiles.Variables.Select(variable => (variable.Key, variable.Value)),
                ("agw_content", source.IsGit ? string.Empty : dotfiles.Variables["agw_digest"]),
                ("agw_place", destination),
                ("agw_sub", source.Subpath ?? string.Empty),
                ("agw_command", command),
                ("agw_command_digest", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Subpath}\n{command}")))),
                ("agw_seconds", UserSetupPlan.Seconds),
            ]);
        return step with { Limit = UserSetupPlan.LongCommand };
    }
}
