using System.Globalization;

namespace Agentworks.Bench.Module;

/// <summary>P10: many objects through the pipeline, beside a script function that makes as many; and whether memory grows with their number.</summary>
public sealed class PipelineBench : IBenchmark
{
    private const int Few = 1_000, Many = 10_000, Rounds = 5;

    public string Id => "P10";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var pwsh = context.RequirePwsh();
        var few = context.NewFolder("few");
        var many = context.NewFolder("many");
        FilledState.Write(few, Few);
        FilledState.Write(many, Many);

        var times = Numbers(await PwshProcess.RunAsync(pwsh, Speed(context.ModulePath), many, cancellationToken));
        var heapFew = Numbers(await PwshProcess.RunAsync(pwsh, Heap(context.ModulePath, Few), few, cancellationToken))[0];
        var heapMany = Numbers(await PwshProcess.RunAsync(pwsh, Heap(context.ModulePath, Many), many, cancellationToken))[0];

        double ours = Statistics.Median(times[..Rounds]), theirs = Statistics.Median(times[Rounds..]);
        var growth = (heapMany - heapFew) / (Many - Few);
        return
        [
            new(
                Id,
                "10,000 objects through Get-AgwSession | Where-Object",
                string.Create(CultureInfo.InvariantCulture, $"{ours:0.0} us each"),
                "<= 20 us each",
                string.Create(CultureInfo.InvariantCulture, $"script function {theirs:0.0} us each"),
                ours <= 20),
            new(
                Id,
                "live heap at the last object, 10,000 against 1,000",
                string.Create(CultureInfo.InvariantCulture, $"{growth:+0;-0;0} bytes per object"),
                "constant (<= 100 bytes per object)",
                string.Create(CultureInfo.InvariantCulture, $"{heapFew / 1048576:0.0} MiB and {heapMany / 1048576:0.0} MiB"),
                growth <= 100),
        ];
    }

    // Times in microseconds per object: first ours, then the script function's, measured turn about.
    private static string Speed(string module) => $$"""
        Import-Module '{{module.Replace("'", "''", StringComparison.Ordinal)}}'
        function New-Row { param($Number) [pscustomobject]@{ Name = "s$Number"; Workspace = 'w'; Vm = 'v'; Status = 'Unknown' } }
        $ours = @(); $theirs = @()
        foreach ($round in 0..{{Rounds}}) {
            $start = [Diagnostics.Stopwatch]::GetTimestamp()
            $found = @(Get-AgwSession -NoStatus | Where-Object Name -EQ 's7')
            $middle = [Diagnostics.Stopwatch]::GetTimestamp()
            $null = 1..{{Many}} | ForEach-Object { New-Row $_ } | Where-Object Name -EQ 's7'
            $end = [Diagnostics.Stopwatch]::GetTimestamp()
            if ($found.Count -ne 1) { throw "found $($found.Count) sessions" }
            if ($round -eq 0) { continue }
            $unit = 1e6 / [Diagnostics.Stopwatch]::Frequency / {{Many}}
            $ours += ($middle - $start) * $unit
            $theirs += ($end - $middle) * $unit
        }
        "$ours $theirs"
        """;

    // Bytes that are alive when the last object has arrived, over those before.
    private static string Heap(string module, int count) => $$"""
        Import-Module '{{module.Replace("'", "''", StringComparison.Ordinal)}}'
        $null = Get-AgwSession -NoStatus | Select-Object -First 1
        $script:seen = 0
        $before = [GC]::GetTotalMemory($true)
        Get-AgwSession -NoStatus | ForEach-Object { if (++$script:seen -eq {{count}}) { $script:after = [GC]::GetTotalMemory($true) } }
        [string]($script:after - $before)
        """;

    private static double[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
}
