namespace Agentworks.State.Rows;

/// <summary>How an operation ended, or that it has not.</summary>
public enum JournalState
{
    Open,
    Done,
    Failed,
}
