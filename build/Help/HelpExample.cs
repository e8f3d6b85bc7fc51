namespace Agentworks.Build.Help;

/// <summary>An example: what it shows, the commands, and what is said about them.</summary>
internal sealed record HelpExample(string Title, int Line, string Code, IReadOnlyList<string> Remarks);
