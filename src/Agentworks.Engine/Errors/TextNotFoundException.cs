using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The file does not hold the text that was to be replaced.</summary>
public sealed class TextNotFoundException : AgentworksException
{
    public TextNotFoundException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' does not hold the text; it is as it was.") => Target = path;

    public override FailureKind Kind => FailureKind.ObjectNotFound;
}
