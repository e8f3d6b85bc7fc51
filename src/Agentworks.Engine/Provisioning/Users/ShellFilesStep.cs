using System.Text;
using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>What a user's shells read: PATH at login, and mise in interactive ones.</summary>
internal static class ShellFilesStep
{
    private const string Header = "# Written by Agentworks, which replaces it: changes here do not last.\n";

    public static ProvisionStep Create(UserSteps steps, UserSetup setup, IReadOnlyList<string> path) => steps.Create(
        "shell-files",
        "agw_user_run 20 \"$agw_shell_files\" check \"$agw_profile\" \"$agw_interactive\" \"$agw_zsh\" </dev/null",
        "agw_user_run 20 \"$agw_shell_files\" apply \"$agw_profile\" \"$agw_interactive\" \"$agw_zsh\" </dev/null",
        ("agw_shell_files", EmbeddedText.Read("user-shell-files.sh")),
        ("agw_profile", Profile(path)),
        ("agw_interactive", setup.NeedsMise() && setup.MiseActivate ? Rc : string.Empty),
        ("agw_zsh", setup.Shell is "zsh" || setup.Shell.EndsWith("/zsh", StringComparison.Ordinal) ? "zsh" : string.Empty));

    /// <summary>Each folder goes before those that were there, so the last one wins; a shell in a shell adds none again.</summary>
    internal static string Profile(IReadOnlyList<string> path)
    {
        if (path.Count == 0)
        {
            return string.Empty;
        }

        var text = new StringBuilder(Header);
        foreach (var folder in path)
        {
            var word = folder == "~" ? "$HOME" : folder.StartsWith("~/", StringComparison.Ordinal) ? "$HOME" + Escape(folder[1..]) : Escape(folder);
            text.Append("case \":$PATH:\" in *\":").Append(word).Append(":\"*) ;; *) PATH=\"").Append(word).Append(":$PATH\" ;; esac\n");
        }

        return text.Append("export PATH\n").ToString();
    }

    private const string Rc = Header + """
        if command -v mise >/dev/null 2>&1; then
            if [ -n "${ZSH_VERSION-}" ]; then eval "$(mise activate zsh)"; elif [ -n "${BASH_VERSION-}" ]; then eval "$(mise activate bash)"; fi
        fi

        """;

    private static string Escape(string text) => string.Concat(text.Select(c => c is '"' or '\\' or '$' or '`' ? "\\" + c : c.ToString()));
}
