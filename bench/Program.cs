using System.Diagnostics;
using Agentworks.Bench;
using Agentworks.Bench.Machines;
using Agentworks.Bench.Module;
using Agentworks.Bench.Transport;
using Agentworks.Bench.State;

// A benchmark that needs more processes starts this program again as its worker: name, then whatever it passed.
if (args is ["--worker", var workerName, ..])
{
    return Workers.All.TryGetValue(workerName, out var worker) ? await worker(args[2..]) : 2;
}

IBenchmark[] all =
[
    new ChannelBench(),
    new SessionBench(),
    new JobBench(),
    new StatusBench(),
    new InitializeBench(),
    new DedicatedBench(),
    new FileBench(),
    new ForkBench(),
    new ManyFilesBench(),
    new ImportBench(),
    new PipelineBench(),
    new StateWriteBench(),
];

var unknown = args.Except(all.Select(benchmark => benchmark.Id), StringComparer.OrdinalIgnoreCase).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"No such benchmark: {string.Join(", ", unknown)}. There are {string.Join(", ", all.Select(benchmark => benchmark.Id))}.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var work = Directory.CreateTempSubdirectory("agentworks-bench-").FullName;
var module = Environment.GetEnvironmentVariable("AGENTWORKS_MODULE") ?? Path.GetFullPath(Path.Combine("out", "Agentworks"));
var pwsh = Environment.GetEnvironmentVariable("PWSH") is { Length: > 0 } found ? found : null;
var context = new BenchContext(work, module, pwsh) { Report = line => Console.Error.WriteLine(line) };
List<BenchRow> rows = [];
List<string> skipped = [];
try
{
    foreach (var benchmark in all.Where(one => args.Length == 0 || args.Contains(one.Id, StringComparer.OrdinalIgnoreCase)))
    {
        var watch = Stopwatch.StartNew();
        context.Report($"{benchmark.Id} …");
        try
        {
            rows.AddRange(await benchmark.RunAsync(context, stop.Token));
            context.Report($"{benchmark.Id} took {watch.Elapsed.TotalSeconds:0} s");
        }
        catch (BenchSkippedException missing)
        {
            skipped.Add($"{benchmark.Id} skipped: {missing.Message}");
        }
    }
}
finally
{
    Directory.Delete(work, recursive: true);
}

BenchTable.Write(Console.Out, rows);
skipped.ForEach(Console.WriteLine);
return rows.TrueForAll(row => row.Pass) ? 0 : 1;
