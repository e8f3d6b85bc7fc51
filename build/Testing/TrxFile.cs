using System.Xml.Linq;

namespace Agentworks.Build.Testing;

/// <summary>Reads the test results that `dotnet test` logs. The file's own counters leave skipped tests out, so results are counted.</summary>
internal static class TrxFile
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    private static string? Outcome(XElement result) => (string?)result.Attribute("outcome");

    public static TestCounts Read(string path)
    {
        var results = XDocument.Load(path).Descendants(Trx + "UnitTestResult").ToArray();
        var passed = results.Count(result => Outcome(result) == "Passed");
        var skips = results
            .Where(result => Outcome(result) == "NotExecuted")
            .Select(result => ((string?)result.Descendants(Trx + "Message").FirstOrDefault() ?? "no reason given").Trim())
            .ToArray();
        var failures = results
            .Where(result => Outcome(result) is not ("Passed" or "NotExecuted"))
            .Select(result => new TestFailure(
                (string?)result.Attribute("testName") ?? "a test without a name",
                string.Join('\n', result.Descendants().Where(part => part.Name == Trx + "Message" || part.Name == Trx + "StackTrace").Select(part => part.Value))))
            .ToArray();
        return new TestCounts(passed, failures, skips);
    }
}
