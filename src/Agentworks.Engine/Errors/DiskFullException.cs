using Agentworks.Model;

namespace Agentworks.Errors;

/// <summary>There is no room on the machine; what was there is as it was.</summary>
public sealed class DiskFullException : AgentworksException
{
    public DiskFullException(string path)
        : base($"'{TerminalText.EscapeLine(path)}' could not be written: the machine's disk is full. What was there is as it was.") => Target = path;

    /// <param name="what">What could not be done, and on which disk.</param>
    /// <param name="target">The thing it was for.</param>
    public DiskFullException(string what, object target)
        : base($"{what} The disk is full. What was there is as it was.") => Target = target;

    public override FailureKind Kind => FailureKind.WriteError;

    /// <summary>Whether this is why a program failed, by what it said in English.</summary>
    public static bool IsToldBy(string text) =>
        text.Contains("No space left on device", StringComparison.Ordinal) || text.Contains("Disk quota exceeded", StringComparison.Ordinal);
}
