using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.Jobs;

/// <summary>What can be done with jobs on one machine. Each call is one round trip, for however many jobs.</summary>
public sealed class JobMachine(IMachineShell shell)
{
    /// <summary>How many one supervisor looks after: with all of their pipes and files open it stays within the usual limit of 1,024.</summary>
    private const int BatchSize = 128;

    private static readonly string Common = EmbeddedText.Read("jobs-common.pl");
    private static readonly string Supervisor = EmbeddedText.Read("process.pl") + EmbeddedText.Read("jobs-supervisor.pl");
    private static readonly string Version = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Supervisor)))[..16].ToLowerInvariant();

    /// <summary>Starts jobs; by id, how each began or why it did not.</summary>
    /// <exception cref="RemoteCommandException">None was started.</exception>
    public async Task<IReadOnlyDictionary<string, JobStart>> StartAsync(IReadOnlyList<JobLaunch> launches, string operationId, CancellationToken cancellationToken)
    {
        List<string> arguments = [Version, Supervisor];
        foreach (var batch in launches.Chunk(BatchSize))
        {
            arguments.AddRange([Identifier.New(), Convert.ToBase64String(JobLaunch.Encode(batch))]);
        }

        var result = await shell.RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("jobs-start.sh"),
                Arguments = arguments,
                OperationId = operationId,
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(3),
            },
            "Starting jobs",
            cancellationToken).ConfigureAwait(false);
        var said = result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t', 3)).Where(fields => fields.Length == 3)
            .ToDictionary(fields => fields[0], ParseStart, StringComparer.Ordinal);
        var why = result.ErrorText.Trim();
        return launches.ToDictionary(
            launch => launch.Id,
            launch => said.GetValueOrDefault(launch.Id) ?? new JobStart(null, null, why.Length > 0 ? why : "its supervisor could not be started"),
            StringComparer.Ordinal);
    }

    /// <summary>What those jobs are doing, without starting a process; by id.</summary>
    public async Task<IReadOnlyDictionary<string, JobReport>> ObserveAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var text = await shell.EvaluateAsync(Common + EmbeddedText.Read("jobs-status.pl"), ids, cancellationToken).ConfigureAwait(false);
        return JobReport.ParseAll(text).ToDictionary(report => report.Id, StringComparer.Ordinal);
    }

    /// <summary>Holds until jobs have ended, and hands each on as it does; with <paramref name="any"/> only the first.</summary>
    public Task WaitAsync(IReadOnlyList<string> ids, bool any, Func<JobReport, ValueTask> onEnded, CancellationToken cancellationToken)
    {
        var pending = new Queue<JobReport>();
        var lines = new LineSplitter(line =>
        {
            if (JobReport.Parse(line) is { } report)
            {
                pending.Enqueue(report);
            }
        });
        return StreamAsync(
            Program("jobs-control.pl", [any ? "any" : "wait", string.Empty, string.Empty, .. ids]),
            async data =>
            {
                lines.Feed(data.Span);
                while (pending.TryDequeue(out var report))
                {
                    await onEnded(report).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>Sends a signal; where KILL is to follow, waits for the end.</summary>
    public Task<IReadOnlyList<JobReport>> StopAsync(IReadOnlyList<string> ids, StopJob how, string operationId, CancellationToken cancellationToken) =>
        ControlAsync(
            ["stop", how.Signal.ToString(CultureInfo.InvariantCulture), how.Grace?.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) ?? "-", .. ids],
            operationId,
            TimeSpan.FromMinutes(1) + (how.Grace ?? TimeSpan.Zero),
            cancellationToken);

    /// <summary>Removes their files; with <paramref name="kill"/>, ends them first where they run.</summary>
    public Task<IReadOnlyList<JobReport>> RemoveAsync(IReadOnlyList<string> ids, bool kill, string operationId, CancellationToken cancellationToken) =>
        ControlAsync([kill ? "kill" : "remove", string.Empty, string.Empty, .. ids], operationId, TimeSpan.FromMinutes(3), cancellationToken);

    /// <summary>Reads what jobs have written beyond what is known; with <paramref name="follow"/>, goes on until all of them have ended.</summary>
    /// <param name="wanted">The jobs, and how much of their output and error output is known.</param>
    /// <param name="follow">Hold.</param>
    /// <param name="onFrame">Gets the pieces in order; the last of each job is its line.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task ReadAsync(
        IReadOnlyList<(string Id, long Output, long Error)> wanted, bool follow, Func<JobFrame, ValueTask> onFrame, CancellationToken cancellationToken)
    {
        var parser = new JobFrameParser(onFrame);
        var words = wanted.SelectMany(one => new[] { one.Id, one.Output.ToString(CultureInfo.InvariantCulture), one.Error.ToString(CultureInfo.InvariantCulture) });
        return StreamAsync(Program("jobs-read.pl", [follow ? "follow" : string.Empty, .. words]), parser.FeedAsync, cancellationToken);
    }

    private async Task<IReadOnlyList<JobReport>> ControlAsync(IReadOnlyList<string> arguments, string operationId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var command = Program("jobs-control.pl", arguments) with { OperationId = operationId, OnDisconnect = DisconnectAction.Finish, Timeout = timeout };
        var result = await shell.RequireAsync(command, "The jobs' machine program", cancellationToken).ConfigureAwait(false);
        return JobReport.ParseAll(result.OutputText);
    }

    private async Task StreamAsync(RemoteCommand command, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        var said = new StringBuilder();
        var result = await shell.RunAsync(
            command,
            chunk =>
            {
                if (chunk.Stream == OutputStream.Output)
                {
                    return take(chunk.Data);
                }

                said.Append(Encoding.UTF8.GetString(chunk.Data.Span));
                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new RemoteCommandException($"The jobs' machine program failed (exit status {result.ExitCode}): {said.ToString().Trim()}");
        }
    }

    /// <summary>Id, "began" and process id with time, or "refused" and why.</summary>
    private static JobStart ParseStart(string[] fields)
    {
        var words = fields[2].Split(' ');
        return fields[1] == "began" && words.Length == 2
            ? new JobStart(int.Parse(words[0], CultureInfo.InvariantCulture), JobReport.Time(words[1]), null)
            : new JobStart(null, null, fields[2]);
    }

    private static RemoteCommand Program(string name, IReadOnlyList<string> arguments) => new()
    {
        Script = "exec perl - \"$@\" <<'agw-end-of-program'\n" + Common + "package main;\n" + EmbeddedText.Read(name) + "agw-end-of-program\n",
        Arguments = arguments,
    };
}
