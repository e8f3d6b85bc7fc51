using Agentworks.Build.Testing;

namespace Agentworks.Tests.Unit.Build;

public sealed class TrxFileTests
{
    [Fact]
    public void Results_are_counted_by_outcome_and_skips_keep_their_reason()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """
                <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
                  <Results>
                    <UnitTestResult testName="a" outcome="Passed" />
                    <UnitTestResult testName="b" outcome="Passed" />
                    <UnitTestResult testName="c" outcome="Failed"><Output><ErrorInfo><Message>no</Message><StackTrace>at line 3</StackTrace></ErrorInfo></Output></UnitTestResult>
                    <UnitTestResult testName="d" outcome="Timeout" />
                    <UnitTestResult testName="e" outcome="NotExecuted"><Output><ErrorInfo><Message>needs root</Message></ErrorInfo></Output></UnitTestResult>
                  </Results>
                </TestRun>
                """);

            var counts = TrxFile.Read(path);

            Assert.Equal((2, 2), (counts.Passed, counts.Failed));
            Assert.Equal(["needs root"], counts.SkipReasons);
            Assert.Equal([new TestFailure("c", "no\nat line 3"), new TestFailure("d", string.Empty)], counts.Failures);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_sum_names_each_reason_once_with_its_count()
    {
        var sum = new TestCounts(1, [], ["needs root", "needs pwsh"]) + new TestCounts(2, [], ["needs root"]);

        Assert.Equal<string>(["2 skipped: needs root", "1 skipped: needs pwsh"], sum.DescribeSkips(), StringComparer.Ordinal);
        Assert.Equal("3 passed, 0 failed, 3 skipped", sum.ToString());
    }

    [Fact]
    public void A_failure_shows_what_it_said_up_to_a_limit()
    {
        var lines = new TestFailure("a", string.Join('\n', Enumerable.Range(1, 40))).ToString().Split(Environment.NewLine);

        Assert.Equal("FAILED a", lines[0]);
        Assert.Equal(("1", "30"), (lines[1].Trim(), lines[30].Trim()));
        Assert.Contains("10", lines[^1], StringComparison.Ordinal);
        Assert.Equal(32, lines.Length);
    }
}
