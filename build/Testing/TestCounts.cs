namespace Agentworks.Build.Testing;

/// <summary>What a suite came to; <paramref name="SkipReasons"/> has one entry per skipped test.</summary>
internal sealed record TestCounts(int Passed, int Failed, IReadOnlyList<string> SkipReasons)
{
    public static TestCounts None { get; } = new(0, 0, []);

    public int Skipped => SkipReasons.Count;
    public int Total => Passed + Failed + Skipped;

    public static TestCounts SkippedSuite(string reason) => new(0, 0, [reason]);

    public static TestCounts operator +(TestCounts left, TestCounts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, [.. left.SkipReasons, .. right.SkipReasons]);

    /// <summary>Each reason once, with how many tests it kept from running.</summary>
    public IEnumerable<string> DescribeSkips() =>
        SkipReasons.GroupBy(reason => reason, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} skipped: {group.Key}");

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}
