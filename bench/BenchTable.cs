namespace Agentworks.Bench;

/// <summary>Prints rows under a heading, each column as wide as its widest cell.</summary>
public static class BenchTable
{
    private static readonly string[] Heading = ["Id", "Operation", "Measured", "Promise", "Compared with", "Result"];

    public static void Write(TextWriter writer, IReadOnlyList<BenchRow> rows)
    {
        string[][] lines = [Heading, .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, Heading.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        WriteLine(writer, lines[0], widths);
        WriteLine(writer, [.. widths.Select(width => new string('-', width))], widths);
        foreach (var line in lines.Skip(1))
        {
            WriteLine(writer, line, widths);
        }
    }

    private static string[] Cells(BenchRow row) =>
        [row.Id, row.Operation, row.Value, row.Promise, row.Comparison, row.Pass ? "pass" : "FAIL"];

    private static void WriteLine(TextWriter writer, string[] cells, int[] widths) =>
        writer.WriteLine(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}
