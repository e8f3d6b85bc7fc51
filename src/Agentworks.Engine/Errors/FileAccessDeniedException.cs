using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The user on the machine may not do that.</summary>
public sealed class FileAccessDeniedException : AgentworksException
{
    public FileAccessDeniedException(string path, string? reason = null)
        : base($"'{TerminalText.EscapeLine(path)}': {reason ?? "the user on the machine has no right to do that"}.") => Target = path;

    public override FailureKind Kind => FailureKind.PermissionDenied;
}
