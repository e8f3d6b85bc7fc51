namespace Agentworks.Build.Testing;

/// <summary>What a suite came to; <paramref name="Failures"/> and <paramref name="SkipReasons"/> have one entry per test.</summary>
internal sealed record TestCounts(int Passed, IReadOnlyList<TestFailure> Failures, IReadOnlyList<string> SkipReasons)
{
    public static TestCounts None { get; } = new(0, [], []);

    public int Failed => Failures.Count;
    public int Skipped => SkipReasons.Count;
    public int Total => Passed + Failed + Skipped;

    public static TestCounts SkippedSuite(string reason) => new(0, [], [reason]);

    /// <summary>For a suite that ended badly without a test that did: a build that failed, a host that crashed.</summary>
    public static TestCounts FailedSuite(string name, string how) => new(0, [new TestFailure(name, how)], []);

    public static TestCounts operator +(TestCounts left, TestCounts right) =>
        new(left.Passed + right.Passed, [.. left.Failures, .. right.Failures], [.. left.SkipReasons, .. right.SkipReasons]);

    /// <summary>Each reason once, with how many tests it kept from running.</summary>
    public IEnumerable<string> DescribeSkips() =>
        SkipReasons.GroupBy(reason => reason, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} skipped: {group.Key}");

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}
