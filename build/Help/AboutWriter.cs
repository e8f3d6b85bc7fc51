using System.Text;
using Markdig;
using Markdig.Syntax;

namespace Agentworks.Build.Help;

/// <summary>Makes the text of an about_ topic: headings in capitals, everything under them indented and wrapped for 80 columns.</summary>
internal static class AboutWriter
{
    private const int Width = 80;
    private const string Margin = "    ";

    public static string Write(string markdown)
    {
        var text = new StringBuilder();
        foreach (var block in Markdown.Parse(markdown))
        {
            if (block is HeadingBlock heading)
            {
                var title = PlainText.Of(heading).Single();
                text.Append(heading.Level switch { 1 => $"TOPIC\n{Margin}{title}", 2 => title.ToUpperInvariant(), _ => Margin[..2] + title }).Append("\n\n");
                continue;
            }

            var (margin, wrap) = block is CodeBlock ? (Margin + Margin, false) : (Margin, true);
            foreach (var paragraph in PlainText.Of(block).Select(paragraph => paragraph.Split('\n')))
            {
                var lines = (wrap ? paragraph.SelectMany(Wrap) : paragraph).Select(line => (margin + line).TrimEnd());
                text.AppendJoin('\n', lines).Append("\n\n");
            }
        }

        return text.ToString().TrimEnd() + "\n";
    }

    // A list item goes on under its text, not under its dash.
    private static IEnumerable<string> Wrap(string line)
    {
        var hanging = line.StartsWith("- ", StringComparison.Ordinal) ? "  " : string.Empty;
        var current = new StringBuilder();
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (current.Length > 0 && current.Length + 1 + word.Length > Width - Margin.Length)
            {
                yield return current.ToString();
                current.Clear().Append(hanging);
            }

            current.Append(current.Length > 0 && current.Length != hanging.Length ? " " : string.Empty).Append(word);
        }

        yield return current.ToString();
    }
}
