namespace Agentworks.Model;

/// <summary>How an operation ended, as its log says. Open: it goes on, or its process was killed.</summary>
public enum LogOutcome
{
    Open,
    Succeeded,
    Failed,
}
