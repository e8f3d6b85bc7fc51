namespace Agentworks.State.Rows;

/// <summary>How far the preparation of a workspace has come.</summary>
/// <param name="WorkspaceId">Whose.</param>
/// <param name="InputsHash">What it is made of.</param>
/// <param name="Done">So many of its commands are done; <see cref="ToBeCleared"/> when what was there before is to go first.</param>
public sealed record PreparationRow(string WorkspaceId, string InputsHash, int Done)
{
    public const int ToBeCleared = -1;
}
