namespace Agentworks.Errors;

/// <summary>
/// A failure with a name. Each subclass is one failure; its <see cref="ErrorId"/> never changes, so that scripts may rely on it.
/// </summary>
public abstract class AgentworksException : Exception
{
    protected AgentworksException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>PascalCase and stable for life; by default the class's name without "Exception".</summary>
    public virtual string ErrorId => GetType().Name[..^"Exception".Length];

    /// <summary>The kind of failure, in PowerShell's words.</summary>
    public abstract FailureKind Kind { get; }

    /// <summary>What the caller named: the thing that the failure is about.</summary>
    public object? Target { get; init; }

    /// <summary>The exact next command or action for the operator.</summary>
    public string? Recommendation { get; init; }
}
