namespace Agentworks.Files;

/// <summary>A change of text.</summary>
public sealed record EditFile
{
    public required string OldText { get; init; }
    public required string NewText { get; init; }

    /// <summary>Every occurrence; else the first.</summary>
    public bool All { get; init; }

    /// <summary>More than one occurrence is an error.</summary>
    public bool Unique { get; init; }

    /// <summary><see cref="OldText"/> is a .NET regular expression, and <see cref="NewText"/> may name its groups.</summary>
    public bool Regex { get; init; }
}
