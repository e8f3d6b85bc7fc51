using System.Globalization;

namespace Agentworks.Bench.Module;

/// <summary>P9: what importing the module and its first local cmdlet cost, in fresh processes, turn about with importing Pester.</summary>
public sealed class ImportBench : IBenchmark
{
    private const int Rounds = 9;

    public string Id => "P9";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var pwsh = context.RequirePwsh();
        var home = context.NewFolder("import");
        var agentworks = Script($"Import-Module '{context.ModulePath.Replace("'", "''", StringComparison.Ordinal)}'", "Get-AgwSession -NoStatus");
        var pester = Script("Import-Module Pester", "New-PesterConfiguration");
        if (await PwshProcess.RunAsync(pwsh, "(Get-Module Pester -ListAvailable).Count", home, cancellationToken) == "0")
        {
            throw new BenchSkippedException("needs the Pester module to compare with");
        }

        List<double> import = [], first = [], pesterImport = [], pesterFirst = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var ours = await MeasureAsync(agentworks);
            var theirs = await MeasureAsync(pester);
            if (round == 0)
            {
                continue; // fills the file cache and makes the state file
            }

            import.Add(ours.Import);
            first.Add(ours.First);
            pesterImport.Add(theirs.Import);
            pesterFirst.Add(theirs.First);
        }

        return
        [
            Row("Import-Module Agentworks", import, 150, "Import-Module Pester", pesterImport),
            Row("first local cmdlet (Get-AgwSession -NoStatus)", first, 100, "first Pester cmdlet", pesterFirst),
        ];

        async Task<(double Import, double First)> MeasureAsync(string script)
        {
            var times = (await PwshProcess.RunAsync(pwsh, script, home, cancellationToken)).Split(' ');
            return (double.Parse(times[0], CultureInfo.InvariantCulture), double.Parse(times[1], CultureInfo.InvariantCulture));
        }
    }

    // The clock reads what a prompt would feel, without the start of pwsh itself.
    private static string Script(string import, string first) => $$"""
        $start = [Diagnostics.Stopwatch]::GetTimestamp()
        {{import}}
        $imported = [Diagnostics.Stopwatch]::GetTimestamp()
        $null = {{first}}
        $done = [Diagnostics.Stopwatch]::GetTimestamp()
        $unit = 1000 / [Diagnostics.Stopwatch]::Frequency
        "$(($imported - $start) * $unit) $(($done - $imported) * $unit)"
        """;

    private BenchRow Row(string operation, List<double> ours, double promise, string other, List<double> theirs) => new(
        Id,
        operation,
        string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(ours):0} ms p50"),
        string.Create(CultureInfo.InvariantCulture, $"<= {promise:0} ms"),
        string.Create(CultureInfo.InvariantCulture, $"{other} {Statistics.Median(theirs):0} ms p50"),
        Statistics.Median(ours) <= promise);
}
