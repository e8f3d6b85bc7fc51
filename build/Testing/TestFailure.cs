namespace Agentworks.Build.Testing;

/// <summary>A test that failed, and what it said.</summary>
internal sealed record TestFailure(string Test, string Details)
{
    // Enough for a message and where it came from; the whole is further up and in the results.
    private const int Lines = 30;

    /// <summary>As it is shown where the run ends: whoever sees only the end of a log sees what failed.</summary>
    public override string ToString()
    {
        var lines = Details.Trim().Split('\n');
        string[] shown = lines.Length <= Lines ? lines : [.. lines[..Lines], $"({lines.Length - Lines} more lines)"];
        return string.Join(Environment.NewLine, [$"FAILED {Test}", .. shown.Select(line => $"    {line.TrimEnd()}")]);
    }
}
