using System.Text;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Provisioning;

namespace Agentworks.Git;

/// <summary>
/// Tokens for git on a machine. Each user holds its own in a file that only it can read; git asks the helper, which answers for the
/// host and owner that a token is for and for nothing else. Tokens come in the frame of the script, and go to the user's process by a pipe.
/// </summary>
public static class GitCredentialSteps
{
    public const string HelperPath = "/usr/lib/agentworks/git-credential-agentworks";

    private const string Program = "git-credential-agentworks.pl";

    /// <summary>Passes $agw_wanted to the program, as the user.</summary>
    private const string Functions = """
        agw_git_credentials() {
            agw_home=$(getent passwd "$agw_user" | cut -d: -f6)
            printf %s "$agw_wanted" | (cd / && exec timeout -k 5 60 setpriv --reuid "$agw_user" --regid "$(id -g "$agw_user")" --init-groups --inh-caps=-all --no-new-privs -- \
                env -i HOME="$agw_home" USER="$agw_user" LOGNAME="$agw_user" LANG=C.UTF-8 PATH=/usr/bin:/bin perl -e "$agw_credentials_program" -- "$1")
        }
        """;

    /// <summary>What git asks, for all users of the machine.</summary>
    public static ProvisionStep Helper => FileStep.Create(
        "git-credential-helper", [new MachineFile(HelperPath, "0755", EmbeddedText.Read(Program))], "chmod 0755 /usr/lib/agentworks");

    /// <summary>Exactly these come from the configuration; what was set by hand stays.</summary>
    /// <param name="role">"admin" or "agent"; begins the step's name.</param>
    /// <param name="user">Linux user.</param>
    /// <param name="entries">As the configuration lists them.</param>
    public static ProvisionStep ForUser(string role, string user, IReadOnlyList<GitCredentialEntry> entries) =>
        Create($"{role}-git-credentials", user, Lines(entries) + "only\n", fatal: false);

    /// <summary>This one too.</summary>
    public static ProvisionStep Put(string user, GitCredentialEntry entry) => Create("git-credential", user, Lines([entry]), fatal: true);

    /// <summary>This one no longer.</summary>
    public static ProvisionStep Drop(string user, string name) => Create("git-credential", user, $"drop\t{name}\n", fatal: true);

    /// <exception cref="InvalidRequestException">It cannot be one.</exception>
    public static void ValidateToken(string name, string token)
    {
        if (token.Length == 0 || token.AsSpan().ContainsAny('\n', '\r', '\0'))
        {
            throw new InvalidRequestException($"The token of '{name}' is empty or has more than one line.") { Target = name };
        }
    }

    /// <summary>A line of the user's file, with the token as it is.</summary>
    internal static string FileLine(GitCredential credential, GitCredentialOrigin origin, string token) => Line(credential, origin, token);

    /// <summary>git's helper, which is also what changes the user's file.</summary>
    internal static string ReadProgram() => EmbeddedText.Read(Program);

    private static string Lines(IReadOnlyList<GitCredentialEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            text.Append("want\t").Append(Line(entry.Credential, entry.Origin, entry.Token is null ? "-" : "+" + entry.Token));
        }

        return text.ToString();
    }

    private static string Line(GitCredential credential, GitCredentialOrigin origin, string token) =>
        string.Join('\t', credential.Name, origin.ToString().ToLowerInvariant(), credential.Type, credential.Host, credential.Path, credential.UserName, string.Empty, token) + "\n";

    private static ProvisionStep Create(string name, string user, string wanted, bool fatal) => new(
        name,
        "agw_git_credentials check",
        "agw_git_credentials apply",
        fatal,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_user"] = user,
            ["agw_wanted"] = wanted,
            ["agw_credentials_program"] = ReadProgram(),
        })
    {
        Functions = Functions,
    };
}
