namespace Agentworks.Model;

/// <summary>Outcome of one check.</summary>
public enum CheckStatus
{
    Ok,
    Info,
    Warning,
    Failed,
}
