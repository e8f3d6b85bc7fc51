using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>Somebody else changed the file between reading and writing it; it is as they left it.</summary>
public sealed class FileChangedException : AgentworksException
{
    public FileChangedException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' was changed by somebody else meanwhile; their change stands.")
    {
        Target = path;
        Recommendation = "Run the command again.";
    }

    public override FailureKind Kind => FailureKind.ResourceBusy;
}
