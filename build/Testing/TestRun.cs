using System.Diagnostics;

namespace Agentworks.Build.Testing;

/// <summary>Runs suites one after another, adds them up, and ends with one line that has the sum.</summary>
internal static class TestRun
{
    private static readonly ITestSuite[] All = [new DotnetSuite("Unit"), new DotnetSuite("EndToEnd"), new PesterSuite()];

    /// <param name="name">A suite's name, or null for all of them.</param>
    public static ITestSuite[] Choose(string? name)
    {
        ITestSuite[] chosen = name is null ? All : [.. All.Where(suite => suite.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return chosen.Length > 0
            ? chosen
            : throw new BuildException($"No test suite is called '{name}'. There are {string.Join(", ", All.Select(suite => suite.Name))}.");
    }

    /// <summary>Stops after the first suite that fails: the ones after it build on it.</summary>
    public static async Task<int> RunAsync(Repository repository, ITestSuite[] suites, string? filter, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(repository.TestResults);
        var sum = TestCounts.None;
        foreach (var (suite, index) in suites.Select((suite, index) => (suite, index)))
        {
            Console.WriteLine($"== {suite.Name}");
            var watch = Stopwatch.StartNew();
            var counts = await suite.RunAsync(repository, filter, cancellationToken);
            Console.WriteLine($"== {suite.Name}: {counts}, {watch.Elapsed.TotalSeconds:0} s");
            sum += counts;
            if (counts.Failed > 0)
            {
                Array.ForEach(suites[(index + 1)..], later => Console.WriteLine($"== {later.Name}: not run, because {suite.Name} failed"));
                break;
            }
        }

        foreach (var line in sum.Failures.Select(failure => failure.ToString()).Concat(sum.DescribeSkips()))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(sum);
        return sum.Failed > 0 || sum.Total == 0 ? 1 : 0;
    }
}
