namespace Agentworks.Consoles;

/// <summary>What a machine said about one console.</summary>
/// <param name="State">built, running (nothing was to be done), changed, or stopped (it does not run).</param>
/// <param name="Windows">Those that were touched or looked at.</param>
public sealed record ConsoleReport(string State, IReadOnlyList<ConsoleReport.Window> Windows)
{
    /// <param name="Name">The window.</param>
    /// <param name="State">ok, built, repaired, removed or failed.</param>
    /// <param name="Detail">What was done, or why not.</param>
    public sealed record Window(string Name, string State, string Detail)
    {
        public bool Failed => State == "failed";

        /// <summary>What was put back.</summary>
        public string[] Done => State == "built" ? ["window"] : Detail.Split(", ", StringSplitOptions.RemoveEmptyEntries);
    }

    public bool Stopped => State == "stopped";

    public static ConsoleReport Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToArray();
        var state = lines.FirstOrDefault(line => line is ["console", _])?[1] ?? string.Empty;
        return new ConsoleReport(state, [.. lines.Where(line => line.Length == 3).Select(line => new Window(line[0], line[1], line[2]))]);
    }
}
