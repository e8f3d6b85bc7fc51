namespace Agentworks.Build.Help;

/// <summary>A page of docs/help on one cmdlet. Paragraphs are plain text.</summary>
internal sealed record HelpPage
{
    public required string File { get; init; }
    public required string Title { get; init; }

    /// <summary>Headings of level two, upper case, with the line that each stands on.</summary>
    public required IReadOnlyDictionary<string, int> Sections { get; init; }

    public required string Synopsis { get; init; }
    public required IReadOnlyList<string> Description { get; init; }
    public required IReadOnlyList<HelpExample> Examples { get; init; }
    public required IReadOnlyList<HelpItem> Parameters { get; init; }
    public required IReadOnlyList<HelpItem> Inputs { get; init; }
    public required IReadOnlyList<HelpItem> Outputs { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Text and address; the address is empty when it is another page of this folder.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Links { get; init; }
}
