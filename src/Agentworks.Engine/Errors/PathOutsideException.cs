using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>The path leads out of the workspace, as it stands or by way of a link.</summary>
public sealed class PathOutsideException : AgentworksException
{
    public PathOutsideException(string path, string? reason = null)
        : base($"'{TerminalText.EscapeLine(path)}' leads out of the workspace{(reason is null ? string.Empty : $": {reason}")}.")
    {
        Target = path;
        Recommendation = "Give a path below the workspace's folder, or add -Force to go as far as the user's rights do.";
    }

    public override FailureKind Kind => FailureKind.SecurityError;
}
