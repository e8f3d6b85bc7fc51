using System.Globalization;
using System.Text;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Sessions;

/// <summary>What a machine said about one session: a status, and what goes with it.</summary>
/// <param name="Name">The session.</param>
/// <param name="Status">As observed there.</param>
/// <param name="ProcessId">The tmux server's, while it lives.</param>
/// <param name="ExitCode">The command's, when it has ended.</param>
/// <param name="Started">When this run began.</param>
/// <param name="RunId">Which run; another than recorded when the machine resumed the session by itself.</param>
/// <param name="Message">Why something could not be done, or the command's last output; empty when all is well.</param>
/// <param name="Failed">Whether what was asked for could not be done.</param>
public sealed record SessionReport(
    string Name, SessionStatus Status, int? ProcessId, int? ExitCode, DateTimeOffset? Started, string? RunId, string Message, bool Failed)
{
    /// <summary>The error behind a <see cref="Failed"/> that never reached the machine.</summary>
    public AgentworksException? Cause { get; init; }

    /// <summary>A session that was not even tried.</summary>
    public static SessionReport Refused(string name, AgentworksException cause) =>
        new(name, SessionStatus.Unknown, null, null, null, null, cause.Message, Failed: true) { Cause = cause };

    /// <summary>The recorded session with what was reported.</summary>
    public AgwSession Apply(AgwSession session) => session with
    {
        Status = Status,
        ProcessId = ProcessId,
        ExitCode = ExitCode,
        RunId = RunId ?? session.RunId,
        Started = Started ?? session.Started,
    };

    /// <summary>The error that a failed report stands for.</summary>
    public AgentworksException ToFailure() => Cause ?? (Status == SessionStatus.Exited
        ? new SessionDiedException($"The command of session '{Name}' ended at once with status {ExitCode}: {Message.Trim()}")
        {
            Target = Name,
            Recommendation = "Try the command by hand with Invoke-AgwCommand, as the same agent in the same workspace.",
        }
        : new NotReadyException($"Session '{Name}': {Message.Trim()}") { Target = Name, Recommendation = $"Get-AgwSession {Name}" });

    /// <summary>
    /// One report a line: name, status, pid, exit status, start in seconds since 1970, run id, message in base64, each separated by a
    /// tab; a status with a leading "!" marks a failure.
    /// </summary>
    public static IReadOnlyList<SessionReport> ParseAll(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<SessionReport>()];

    private static SessionReport? Parse(string line)
    {
        var fields = line.Split('\t');
        if (fields.Length < 7)
        {
            return null;
        }

        var failed = fields[1].StartsWith('!');
        var status = Enum.TryParse<SessionStatus>(fields[1].TrimStart('!'), ignoreCase: true, out var known) ? known : SessionStatus.Unknown;
        return new SessionReport(
            fields[0],
            status,
            Number(fields[2]),
            Number(fields[3]),
            long.TryParse(fields[4], CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            fields[5].Length > 0 ? fields[5] : null,
            Decode(fields[6]),
            failed);
    }

    private static int? Number(string field) => int.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Decode(string field)
    {
        var bytes = new byte[field.Length];
        return Convert.TryFromBase64String(field, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : string.Empty;
    }
}
