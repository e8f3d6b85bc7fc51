namespace Agentworks.Build.Help;

/// <summary>A heading of level three with its text: a parameter, or a type that goes in or out.</summary>
internal sealed record HelpItem(string Name, int Line, IReadOnlyList<string> Text);
