using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Makes error records. Ids are stable for life: those of the engine's exceptions and the constants here.</summary>
internal static class ErrorFactory
{
    public const string UnexpectedId = "Unexpected";

    /// <param name="failure">What went wrong.</param>
    /// <param name="input">What the operator named; the target unless the failure knows better.</param>
    public static ErrorRecord Create(Exception failure, object? input)
    {
        if (failure is not AgentworksException known)
        {
            return new ErrorRecord(failure, UnexpectedId, ErrorCategory.NotSpecified, input);
        }
        var category = Enum.TryParse<ErrorCategory>(known.Kind.ToString(), out var named) ? named : ErrorCategory.NotSpecified;

        // A message may quote what a machine said; the view of an error must not let it drive the operator's terminal.
        var details = new ErrorDetails(TerminalText.Escape(known.Message));
        if (known.Recommendation is not null)
        {
            details.RecommendedAction = TerminalText.Escape(known.Recommendation);
        }
        return new ErrorRecord(known, known.ErrorId, category, known.Target ?? input) { ErrorDetails = details };
    }
}
