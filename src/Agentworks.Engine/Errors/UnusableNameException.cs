using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>What came from a machine has a name that this computer cannot or must not have.</summary>
public sealed class UnusableNameException : AgentworksException
{
    public UnusableNameException(string name, string reason)
        : base($"'{TerminalText.EscapeLine(name)}' was left out: {reason}.") => Target = name;

    public override FailureKind Kind => FailureKind.SecurityError;
}
