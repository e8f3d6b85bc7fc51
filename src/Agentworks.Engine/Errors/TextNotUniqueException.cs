using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The file holds the text more than once.</summary>
public sealed class TextNotUniqueException : AgentworksException
{
    public TextNotUniqueException(string path, int matches)
        : base($"'{TerminalText.EscapeLine(path)}' holds the text {matches} times; it is as it was.")
    {
        Target = path;
        Recommendation = "Give more of the text around it, or -All instead of -Unique.";
    }

    public override FailureKind Kind => FailureKind.InvalidData;
}
