using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Agentworks.Build.Help;

/// <summary>Reads a cmdlet's page: title, then sections of level two, in which examples, parameters and types are headings of level three.</summary>
internal static class PageReader
{
    public static HelpPage Read(string file, string markdown)
    {
        var document = Markdown.Parse(markdown);
        var title = document.OfType<HeadingBlock>().FirstOrDefault(heading => heading.Level == 1);
        var sections = Split(document, level: 2);
        IReadOnlyList<Block> Body(string section) => sections.FirstOrDefault(one => Text(one.Heading) == section).Body ?? [];

        return new HelpPage
        {
            File = file,
            Title = title is null ? string.Empty : Text(title),
            Sections = sections.DistinctBy(section => Text(section.Heading), StringComparer.Ordinal).ToDictionary(section => Text(section.Heading), section => section.Heading.Line + 1, StringComparer.Ordinal),
            Synopsis = string.Join(' ', Paragraphs(Body("SYNOPSIS"))),
            Description = Paragraphs(Body("DESCRIPTION")),
            Examples = [.. Split(Body("EXAMPLES"), level: 3).Select(Example)],
            Parameters = Items(Body("PARAMETERS")),
            Inputs = Items(Body("INPUTS")),
            Outputs = Items(Body("OUTPUTS")),
            Notes = Paragraphs(Body("NOTES")),
            Links = [.. Body("RELATED LINKS").SelectMany(block => block.Descendants<LinkInline>()).Select(Link)],
        };
    }

    private static List<(HeadingBlock Heading, List<Block> Body)> Split(IEnumerable<Block> blocks, int level)
    {
        List<(HeadingBlock Heading, List<Block> Body)> parts = [];
        foreach (var block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
            {
                parts.Add((heading, []));
            }
            else if (parts.Count > 0)
            {
                parts[^1].Body.Add(block);
            }
        }

        return parts;
    }

    private static HelpExample Example((HeadingBlock Heading, List<Block> Body) part)
    {
        // The first code block is what to type; all that follows tells about it, further code blocks (output) too.
        var code = part.Body.FindIndex(block => block is FencedCodeBlock);
        var rest = part.Body.Where((_, index) => index != code);
        return new HelpExample(
            Text(part.Heading),
            part.Heading.Line + 1,
            code < 0 ? string.Empty : ((FencedCodeBlock)part.Body[code]).Lines.ToString(),
            Paragraphs(rest));
    }

    private static List<HelpItem> Items(IEnumerable<Block> blocks) =>
        [.. Split(blocks, level: 3).Select(part => new HelpItem(Text(part.Heading), part.Heading.Line + 1, Paragraphs(part.Body)))];

    private static KeyValuePair<string, string> Link(LinkInline link) =>
        new(PlainText.Of(link), link.Url?.Contains("://", StringComparison.Ordinal) == true ? link.Url : string.Empty);

    private static string[] Paragraphs(IEnumerable<Block> blocks) => [.. blocks.SelectMany(PlainText.Of)];

    private static string Text(HeadingBlock heading) => PlainText.Of(heading).Single();
}
