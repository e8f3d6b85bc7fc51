using System.Globalization;
using Agentworks.Commands;
using Agentworks.Model;

namespace Agentworks.Jobs;

/// <summary>What a machine said about one job.</summary>
public sealed record JobReport
{
    public required string Id { get; init; }
    public required JobState State { get; init; }
    public string? Message { get; init; }
    public int? ProcessId { get; init; }
    public int? ExitCode { get; init; }
    public int? Signal { get; init; }
    public bool TimedOut { get; init; }
    public DateTimeOffset? Began { get; init; }
    public DateTimeOffset? Ended { get; init; }

    /// <summary>What time it was on the machine when it said so.</summary>
    public DateTimeOffset Now { get; init; }

    public long OutputLength { get; init; }
    public long ErrorLength { get; init; }
    public long DroppedLength { get; init; }

    /// <summary>Its files are gone from the machine, as was asked for.</summary>
    public bool Gone { get; init; }

    /// <summary>The recorded job with what was reported.</summary>
    public AgwJob Apply(AgwJob job, long receivedOutput, long receivedError) => job with
    {
        State = State,
        Message = Message,
        ProcessId = ProcessId,
        ExitCode = ExitCode,
        Signal = Signal is { } signal ? SignalName.Of(signal) : null,
        TimedOut = TimedOut,
        StartTime = Began,
        EndTime = Ended,
        Duration = Began is null ? null : State == JobState.Running ? Positive(Now - Began.Value) : Ended is null ? null : Positive(Ended.Value - Began.Value),
        HasMoreData = OutputLength > receivedOutput || ErrorLength > receivedError,
        OutputLength = OutputLength,
        ErrorLength = ErrorLength,
        DroppedLength = DroppedLength,
    };

    /// <summary>The lines of jobs-common.pl and jobs-control.pl.</summary>
    public static IReadOnlyList<JobReport> ParseAll(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<JobReport>()];

    public static JobReport? Parse(string line)
    {
        var fields = line.Split('\t');
        if (fields is [var gone, "gone"])
        {
            return new JobReport { Id = gone, State = JobState.Lost, Gone = true };
        }

        if (fields.Length < 13)
        {
            return null;
        }

        var (code, signal, cause) = (Number(fields[3]), Number(fields[4]), fields[5]);
        var message = fields[8].Length > 0 ? fields[8] : null;
        return new JobReport
        {
            Id = fields[0],
            State = fields[1] switch
            {
                "running" => JobState.Running,
                "ended" when cause == "stopped" => JobState.Stopped,
                "ended" when code == 0 && cause == "exit" => JobState.Completed,
                "ended" => JobState.Failed,
                _ => JobState.Lost,
            },
            Message = message ?? fields[1] switch
            {
                "lost" => "It ran when the machine was restarted, or its supervisor was ended; how it ended nobody has seen.",
                "none" => "The machine knows nothing of it: it never began, or its files were removed there.",
                _ when cause == "timeout" => "Its time was up.",
                _ => null,
            },
            ProcessId = Number(fields[2]),
            ExitCode = code,
            Signal = signal,
            TimedOut = cause == "timeout",
            Began = Time(fields[6]),
            Ended = Time(fields[7]),
            OutputLength = Count(fields[9]),
            ErrorLength = Count(fields[10]),
            DroppedLength = Count(fields[11]),
            Now = Time(fields[12]) ?? DateTimeOffset.UnixEpoch,
        };
    }

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private static int? Number(string field) => int.TryParse(field, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long Count(string field) => long.TryParse(field, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Seconds since 1970, as the machine writes them.</summary>
    internal static DateTimeOffset? Time(string field) =>
        decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;
}
