using System.Globalization;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>What can be done with sessions on one machine. Each call is one round trip, for however many sessions.</summary>
public sealed class SessionMachine(IMachineShell shell)
{
    /// <summary>How long a command may take to fail and still be reported as having died at once: 5 looks, 10 ms apart.</summary>
    private const int Looks = 5;

    /// <summary>Starts sessions. One that runs already is left alone, unless <paramref name="restart"/>.</summary>
    /// <param name="launches">What to start.</param>
    /// <param name="restart">Stop a running one first.</param>
    /// <param name="discard">Leave no trace of a session whose command died at once.</param>
    /// <param name="kill">Kill what runs rather than telling it to end.</param>
    /// <param name="operationId">Makes a repeat after a cut return the first outcome.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<SessionReport>> StartAsync(
        IReadOnlyList<SessionLaunch> launches, bool restart, bool discard, bool kill, string operationId, CancellationToken cancellationToken)
    {
        if (launches.Count == 0)
        {
            return Task.FromResult<IReadOnlyList<SessionReport>>([]);
        }

        List<string> arguments = [Looks.ToString(CultureInfo.InvariantCulture), restart ? kill ? "kill" : "restart" : string.Empty, discard ? "discard" : string.Empty];
        foreach (var launch in launches)
        {
            arguments.AddRange([launch.Name, launch.Grant ?? string.Empty, launch.Spec, launch.EnvironmentFile, launch.StartFile]);
        }

        return RunAsync("sessions-start.sh", arguments, operationId, cancellationToken);
    }

    public Task<IReadOnlyList<SessionReport>> StopAsync(
        IReadOnlyList<string> names, StopSession how, string operationId, CancellationToken cancellationToken) =>
        RunAsync("sessions-stop.sh", [Looks10(how.Grace), how.Force ? "force" : string.Empty, .. names], operationId, cancellationToken);

    /// <summary>Stops them and removes their files and logs.</summary>
    public Task<IReadOnlyList<SessionReport>> RemoveAsync(IReadOnlyList<string> names, string operationId, CancellationToken cancellationToken) =>
        RunAsync("sessions-remove.sh", names, operationId, cancellationToken);

    public Task<IReadOnlyList<SessionReport>> SendInputAsync(
        IReadOnlyList<string> names, SessionInput input, string operationId, CancellationToken cancellationToken) =>
        RunAsync(
            "sessions-input.sh",
            [input.Text, input.Enter ? "enter" : string.Empty, PosixShell.QuoteAll([.. input.Keys.Select(Literal)]), .. names],
            operationId,
            cancellationToken);

    /// <summary>What every session of the machine is doing, from /run and /proc; no process is started for it.</summary>
    public async Task<IReadOnlyDictionary<string, SessionReport>> ObserveAsync(CancellationToken cancellationToken)
    {
        var text = await shell.EvaluateAsync(EmbeddedText.Read("sessions-status.pl"), [], cancellationToken).ConfigureAwait(false);
        return SessionReport.ParseAll(text).ToDictionary(report => report.Name, StringComparer.Ordinal);
    }

    // For tmux, a semicolon at an argument's end begins another of its commands.
    private static string Literal(string key) => key.EndsWith(';') ? key[..^1] + "\\;" : key;

    private static string Looks10(TimeSpan grace) =>
        ((int)Math.Ceiling(grace.TotalMilliseconds / 10)).ToString(CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<SessionReport>> RunAsync(
        string script, IReadOnlyList<string> arguments, string operationId, CancellationToken cancellationToken)
    {
        var command = new RemoteCommand
        {
            Script = EmbeddedText.Read("access.sh") + EmbeddedText.Read("variables-export.sh") + EmbeddedText.Read("sessions-common.sh") + EmbeddedText.Read("consoles-close.sh") + EmbeddedText.Read(script),
            Arguments = arguments,
            OperationId = operationId,
            OnDisconnect = DisconnectAction.Finish,
            Timeout = TimeSpan.FromMinutes(3),
        };
        var result = await shell.RequireAsync(command, "The sessions' machine script", cancellationToken).ConfigureAwait(false);
        return SessionReport.ParseAll(result.OutputText);
    }
}
