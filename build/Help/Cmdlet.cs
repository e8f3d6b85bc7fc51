namespace Agentworks.Build.Help;

/// <summary>A cmdlet as the assembly declares it.</summary>
internal sealed record Cmdlet
{
    public const string AllSets = "__AllParameterSets";

    public required string Verb { get; init; }
    public required string Noun { get; init; }
    public string Name => $"{Verb}-{Noun}";
    public required IReadOnlyList<CmdletParameter> Parameters { get; init; }

    /// <summary>The default set first.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    public required bool ShouldProcess { get; init; }
}
