namespace Agentworks.Snapshots;

/// <summary>Workspaces to make of one that there is, all at once.</summary>
/// <param name="Source">The workspace there is.</param>
/// <param name="Names">The new ones.</param>
/// <param name="Snapshot">Name of a snapshot of it; null: of the workspace as it is.</param>
/// <param name="AllowInternet">Those with machines of their own may reach the internet, whatever the source may.</param>
public sealed record ForkWorkspace(string Source, IReadOnlyList<string> Names, string? Snapshot = null, bool AllowInternet = false)
{
    /// <summary>Fail rather than wait for the rate limit of making machines.</summary>
    public bool NoWait { get; init; }
}
