namespace Agentworks.Provisioning;

/// <summary>The login shell of a user, installed when it is missing.</summary>
public static class LoginShellStep
{
    /// <param name="user">Who exists on the machine.</param>
    /// <param name="shell">Name or absolute path; its last part is the package that has it.</param>
    public static ProvisionStep Create(string user, string shell) => new(
        "admin-shell",
        """
        [ "$(getent passwd "$agw_admin" | cut -d: -f7)" = "$(command -v "$agw_shell")" ]
        """,
        """
        command -v "$agw_shell" >/dev/null || agw_install "${agw_shell##*/}"
        path=$(command -v "$agw_shell") || { echo "shell $agw_shell is not installed" >&2; exit 1; }
        home=$(getent passwd "$agw_admin" | cut -d: -f6)
        # An empty start-up file keeps zsh's first-run questions away.
        case $path in */zsh) [ -e "$home/.zshrc" ] || install -o "$agw_admin" -m 0600 /dev/null "$home/.zshrc" ;; esac
        usermod --shell "$path" "$agw_admin"
        """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_admin"] = user, ["agw_shell"] = shell })
    {
        Limit = PackageStep.Limit,
    };
}
