using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>A part of the path that must be a folder is none.</summary>
public sealed class NotAFolderException : AgentworksException
{
    public NotAFolderException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' names something that is no folder.") => Target = path;

    public override FailureKind Kind => FailureKind.InvalidArgument;
}
