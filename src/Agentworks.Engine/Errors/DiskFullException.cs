using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>There is no room on the machine; what was there is as it was.</summary>
public sealed class DiskFullException : AgentworksException
{
    public DiskFullException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' could not be written: the machine's disk is full. What was there is as it was.") => Target = path;

    public override FailureKind Kind => FailureKind.WriteError;
}
