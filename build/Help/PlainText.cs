using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Agentworks.Build.Help;

/// <summary>Markdown as the console shows it: text without marks, lists with dashes.</summary>
internal static class PlainText
{
    public static IEnumerable<string> Of(Block block) => block switch
    {
        ListBlock list => [string.Join('\n', list.OfType<ListItemBlock>().Select((item, index) => Item(list, item, index)))],
        CodeBlock code => [code.Lines.ToString()],
        ContainerBlock container => container.SelectMany(Of),
        LeafBlock { Inline: { } inline } => [Of(inline)],
        _ => [],
    };

    public static string Of(ContainerInline container)
    {
        var text = new StringBuilder();
        foreach (var inline in container)
        {
            text.Append(inline switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => code.Content,
                LineBreakInline => " ",
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                AutolinkInline link => link.Url,
                ContainerInline inner => Of(inner),
                _ => string.Empty,
            });
        }

        return text.ToString();
    }

    private static string Item(ListBlock list, ListItemBlock item, int index)
    {
        var mark = list.IsOrdered ? $"{index + 1}. " : "- ";
        return mark + string.Join('\n', item.SelectMany(Of)).Replace("\n", "\n" + new string(' ', mark.Length), StringComparison.Ordinal);
    }
}
