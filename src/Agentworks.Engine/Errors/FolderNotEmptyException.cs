using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The folder has something in it.</summary>
public sealed class FolderNotEmptyException : AgentworksException
{
    public FolderNotEmptyException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' is a folder that is not empty.")
    {
        Target = path;
        Recommendation = "Add -Recurse.";
    }

    public override FailureKind Kind => FailureKind.InvalidOperation;
}
