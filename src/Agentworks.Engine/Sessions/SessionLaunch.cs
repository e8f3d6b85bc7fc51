using System.Text;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>
/// Everything that one start of a session needs on its machine, as the texts that session-start and session-pane read.
/// </summary>
public sealed record SessionLaunch
{
    public required string Name { get; init; }
    public required string User { get; init; }
    public required string Directory { get; init; }
    public required string RunId { get; init; }
    public required int HistoryLimit { get; init; }
    public required string Command { get; init; }

    /// <summary>What runs instead when the machine resumes the session after a reboot; empty for the command again.</summary>
    public required string ResumeCommand { get; init; }

    /// <summary>Programs without which it is not worth starting.</summary>
    public IReadOnlyList<string> RequiredCommands { get; init; } = [];

    /// <summary>Whether the command may gain privileges, as an admin's may with sudo.</summary>
    public required bool MayGainPrivileges { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>More secrets, whose values are in files of the machine that only root can read.</summary>
    public IReadOnlyDictionary<string, string> SecretFiles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The workspace's group when the user must be let into it first; null when it is in.</summary>
    public string? Grant { get; init; }

    /// <summary>For root: who, where, which run.</summary>
    public string Spec => Assign(
        ("agw_user", User),
        ("agw_dir", Directory),
        ("agw_run", RunId),
        ("agw_history", HistoryLimit.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("agw_nnp", MayGainPrivileges ? string.Empty : "--no-new-privs"),
        ("agw_secrets", string.Join(' ', Secrets.Keys.Concat(SecretFiles.Keys))),
        ("agw_secret_files", string.Join(' ', SecretFiles.Select(one => $"{one.Key}={one.Value}"))));

    /// <summary>For the session's user: its plain variables and its command.</summary>
    public string EnvironmentFile =>
        Export(Environment) + Assign(("agw_command", Command), ("agw_resume", ResumeCommand), ("agw_required", string.Join(' ', RequiredCommands)));

    /// <summary>For this one start: the secrets. Kept in memory until the command begins, nowhere else.</summary>
    public string StartFile => Export(Secrets);

    private static string Export(IReadOnlyDictionary<string, string> variables)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in variables)
        {
            text.Append("export ").Append(name).Append('=').Append(PosixShell.Quote(value)).Append('\n');
        }

        return text.ToString();
    }

    private static string Assign(params (string Name, string Value)[] values) =>
        string.Concat(values.Select(value => $"{value.Name}={PosixShell.Quote(value.Value)}\n"));
}
