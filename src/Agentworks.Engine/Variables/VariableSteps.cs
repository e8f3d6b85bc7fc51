using System.Text;
using Agentworks.Provisioning;
using Agentworks.Transport;

namespace Agentworks.Variables;

/// <summary>
/// Plain variables for those who log in by themselves: over ssh, from an editor, in a console's pane. Sessions, commands and Enter-Agw* bring
/// theirs along and are left alone. Secrets never come here: these are files.
/// </summary>
public static class VariableSteps
{
    private const string Folder = "/etc/agentworks/environment";

    private const string Profile = """
        # Written by Agentworks. Who has come here by Agentworks has its variables already.
        if [ -z "${AGENTWORKS_VM-}" ]; then
            if [ -r /etc/agentworks/environment/machine ]; then . /etc/agentworks/environment/machine; fi
            if [ -r "/etc/agentworks/environment/users/$(id -un)" ]; then . "/etc/agentworks/environment/users/$(id -un)"; fi
        fi

        """;

    /// <summary>For everyone on the machine.</summary>
    public static ProvisionStep Machine(IReadOnlyDictionary<string, string> variables) => FileStep.Create(
        "machine-environment",
        [
            new MachineFile("/etc/profile.d/agentworks-environment.sh", "0644", Profile),
            new MachineFile(Folder + "/machine", "0644", Exports(variables)),
        ],
        $"mkdir -p {Folder}/users && chmod 0755 /etc/agentworks {Folder} && chmod 0711 {Folder}/users",
        fatal: false);

    /// <summary>For one user, and readable by nobody else.</summary>
    public static ProvisionStep User(string role, string user, IReadOnlyDictionary<string, string> variables) => new(
        $"{role}-environment",
        """
        file=/etc/agentworks/environment/users/$agw_user
        [ "$(stat -c '%a %U %g' "$file")" = "640 root $(id -g "$agw_user")" ]
        printf %s "$agw_text" | cmp -s - "$file"
        """,
        """
        file=/etc/agentworks/environment/users/$agw_user
        mkdir -p "${file%/*}"
        chmod 0755 /etc/agentworks/environment
        chmod 0711 "${file%/*}"
        (umask 077; printf %s "$agw_text" > "$file.agw-new")
        chown "root:$(id -g "$agw_user")" "$file.agw-new"
        chmod 0640 "$file.agw-new"
        mv -f "$file.agw-new" "$file"
        """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_user"] = user, ["agw_text"] = Exports(variables) });

    /// <summary>Lines for a POSIX shell, by which each variable gets exactly its value.</summary>
    internal static string Exports(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in variables.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            text.Append("export ").Append(name).Append('=').Append(PosixShell.Quote(value)).Append('\n');
        }

        return text.ToString();
    }
}
