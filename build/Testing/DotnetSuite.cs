namespace Agentworks.Build.Testing;

/// <summary>An xUnit project under tests/.</summary>
internal sealed class DotnetSuite(string name) : ITestSuite
{
    public string Name => name;

    public async Task<TestCounts> RunAsync(Repository repository, string? filter, CancellationToken cancellationToken)
    {
        var results = Path.Combine(repository.TestResults, $"{name}.trx");
        File.Delete(results);
        string[] arguments =
        [
            "test", repository.At("tests", name), "--configuration", "Release", "--nologo", "--verbosity", "quiet",
            "--results-directory", repository.TestResults, "--logger", $"trx;LogFileName={name}.trx", "--logger", "console;verbosity=normal",
        ];
        var code = await Tool.RunAsync(
            repository, "dotnet", filter is null ? arguments : [.. arguments, "--filter", $"FullyQualifiedName~{filter}"], cancellationToken);
        var counts = File.Exists(results) ? TrxFile.Read(results) : TestCounts.None;
        // A build that failed or a test host that crashed leaves no failed test behind, yet is a failure.
        return code != 0 && counts.Failed == 0 ? counts + TestCounts.FailedSuite(name, $"dotnet test ended with {code}") : counts;
    }
}
