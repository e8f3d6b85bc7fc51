using System.Text.Json;

namespace Agentworks.Build.Testing;

/// <summary>tests/Pester, in a fresh pwsh, because a binary module stays loaded for a process's life.</summary>
internal sealed class PesterSuite : ITestSuite
{
    // Told apart from what Pester or a test may exit with.
    private const int NoPester = 86;

    public string Name => "Pester";

    public async Task<TestCounts> RunAsync(Repository repository, string? filter, CancellationToken cancellationToken)
    {
        if (Tool.FindPwsh() is not { } pwsh)
        {
            return TestCounts.SkippedSuite($"tests/Pester needs {Tool.HowToGetPwsh}");
        }

        var results = Path.Combine(repository.TestResults, "Pester.json");
        File.Delete(results);
        string[] arguments =
        [
            "-NoLogo", "-NoProfile", "-NonInteractive", "-File", repository.At("build", "pester.ps1"),
            "-Path", repository.At("tests", "Pester"), "-Result", results, "-Filter", filter ?? string.Empty,
        ];
        var code = await Tool.RunAsync(repository, pwsh, arguments, cancellationToken);
        if (code == NoPester)
        {
            return TestCounts.SkippedSuite("tests/Pester needs Pester 5: run `Install-PSResource Pester -Version '[5.5,6.0)'` in pwsh");
        }

        if (!File.Exists(results))
        {
            return TestCounts.FailedSuite(Name, $"build/pester.ps1 ended with {code} and left no results");
        }

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(results, cancellationToken));
        var root = document.RootElement;
        return new TestCounts(
            root.GetProperty("Passed").GetInt32(),
            [.. root.GetProperty("Failures").EnumerateArray().Select(failure => new TestFailure(Text(failure, "Test"), Text(failure, "Details")))],
            [.. root.GetProperty("SkipReasons").EnumerateArray().Select(reason => reason.GetString() ?? "no reason given")]);

        static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? string.Empty;
    }
}
