using System.Diagnostics;
using System.Globalization;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Bench.State;

/// <summary>
/// P11: one state file, 16 processes that write to it at once; beside it one writer alone, which shows what the machine's other load
/// costs, and the same transactions on the same file left to SQLite's own way of waiting.
/// </summary>
/// <remarks>
/// A write is one durable transaction: by turns a change of a machine's row and a journal record. Writers without a pause are the hardest
/// case: each comes back at once, so all 16 always wait and latency is 16 times the cost of one write at best. With a pause of
/// 10 ms the file is used far more busily than people would. Starting the processes and their first writes, when the runtime
/// compiles, are not measured: all begin together once every one has written <see cref="WarmUp"/> times.
/// </remarks>
public sealed class StateWriteBench : IBenchmark
{
    /// <summary>The name of <see cref="WorkerAsync"/>.</summary>
    public const string WorkerName = "state-write";

    private const int Processes = 16, Rounds = 500, PlainRounds = 100, WarmUp = 100;
    private const double Promise = 5;

    public string Id => "P11";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        List<BenchRow> rows = [];
        foreach (var pause in (int[])[0, 10])
        {
            var alone = await MeasureAsync(context, "gate", 1, pause, cancellationToken);
            var ours = await MeasureAsync(context, "gate", Processes, pause, cancellationToken);
            var plain = await MeasureAsync(context, "plain", Processes, pause, cancellationToken);
            rows.Add(new(
                Id,
                $"state write, 16 processes, {(pause == 0 ? "no pause" : $"{pause} ms pause")}",
                ours.ToString(),
                "p99 <= 5 ms, no error",
                string.Create(CultureInfo.InvariantCulture, $"one writer alone: p99 {alone.P99:0.00} ms; SQLite's busy wait: {plain}"),
                ours.P99 <= Promise && ours.Errors == 0));
        }

        return rows;
    }

    /// <summary>One of the processes: home, its number, rounds, pause in ms, "gate" or "plain". Says "ready", waits for a line, then writes its latencies.</summary>
    public static async Task<int> WorkerAsync(string[] args)
    {
        var (home, number, rounds) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
        var pause = int.Parse(args[3], CultureInfo.InvariantCulture);
        using IStateWriter writer = args[4] == "plain" ? new PlainStateWriter(home, number) : new GatedStateWriter(home, number);
        for (var i = 0; i < WarmUp; i++)
        {
            writer.ChangeRow(i);
            writer.RecordStep(i);
        }

        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();

        List<double> times = [];
        var errors = 0;
        for (var i = 0; i < rounds; i++)
        {
            Measure(() => writer.ChangeRow(WarmUp + i));
            Measure(() => writer.RecordStep(WarmUp + i));
        }

        Console.WriteLine(errors);
        Console.WriteLine(string.Join(' ', times.Select(time => time.ToString("0.0000", CultureInfo.InvariantCulture))));
        return 0;

        void Measure(Action write)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                write();
            }
            catch (Exception e)
            {
                errors++;
                Console.Error.WriteLine(e.Message);
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (pause > 0)
            {
                Thread.Sleep(pause);
            }
        }
    }

    private static async Task<Outcome> MeasureAsync(BenchContext context, string way, int processes, int pause, CancellationToken cancellationToken)
    {
        var home = context.NewFolder($"state-{way}-{processes}-{pause}");
        Fill(home);
        var workers = Enumerable.Range(0, processes).Select(number => Start(home, number, pause, way)).ToList();
        try
        {
            foreach (var worker in workers)
            {
                await worker.StandardOutput.ReadLineAsync(cancellationToken);
            }

            var watch = Stopwatch.StartNew();
            workers.ForEach(worker => worker.StandardInput.WriteLine());
            var outputs = await Task.WhenAll(workers.Select(worker => worker.StandardOutput.ReadToEndAsync(cancellationToken)));
            var elapsed = watch.Elapsed.TotalSeconds;
            var lines = outputs.Select(output => output.Split('\n')).ToList();
            var times = lines.SelectMany(line => line[1].Split(' ')).Select(time => double.Parse(time, CultureInfo.InvariantCulture)).ToList();
            return new(
                Statistics.Median(times), Statistics.Percentile(times, 99), times.Max(), times.Count / elapsed,
                lines.Sum(line => int.Parse(line[0], CultureInfo.InvariantCulture)));
        }
        finally
        {
            foreach (var worker in workers)
            {
                if (!worker.HasExited)
                {
                    worker.Kill();
                }

                worker.Dispose();
            }
        }
    }

    private static void Fill(string home)
    {
        using var store = StateStore.Open(home, TimeProvider.System);
        store.Write(writer =>
        {
            for (var i = 0; i < Processes; i++)
            {
                writer.Insert(new VmRow
                {
                    Id = $"{i:x32}",
                    Name = $"vm{i}",
                    Platform = "nspawn",
                    Template = "default",
                    State = LifecycleState.Ready,
                    DesiredPower = DesiredPower.Running,
                    AdminUser = "agentworks",
                    HostName = $"vm{i}",
                    WorkspacesPath = "/opt/agentworks/workspaces",
                });
            }
        });
    }

    private static Process Start(string home, int number, int pause, string way)
    {
        var self = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] args =
        [
            "--worker", WorkerName, home, number.ToString(CultureInfo.InvariantCulture), (way == "plain" ? PlainRounds : Rounds).ToString(CultureInfo.InvariantCulture),
            pause.ToString(CultureInfo.InvariantCulture), way,
        ];
        return Process.Start(new ProcessStartInfo(self, [.. host, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
    }

    private sealed record Outcome(double P50, double P99, double Max, double PerSecond, int Errors)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"p50 {P50:0.00}, p99 {P99:0.00}, max {Max:0.0} ms, {PerSecond:0}/s, {Errors} errors");
    }
}
