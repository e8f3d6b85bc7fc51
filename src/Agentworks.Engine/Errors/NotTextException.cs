using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The file is no text in UTF-8.</summary>
public sealed class NotTextException : AgentworksException
{
    public NotTextException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' is no text in UTF-8; it is as it was.") => Target = path;

    public override FailureKind Kind => FailureKind.InvalidData;
}
