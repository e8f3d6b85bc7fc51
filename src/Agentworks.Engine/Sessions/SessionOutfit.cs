using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.Sessions;

/// <summary>A session in the making with what is made along with it, and which of it the machine may have been told of.</summary>
/// <param name="session">As recorded.</param>
/// <param name="place">Where it is to live.</param>
/// <param name="resumed">Whether a process that died began it: then anything may be there.</param>
internal sealed class SessionOutfit(SessionRow session, SessionPlace place, bool resumed)
{
    private readonly HashSet<string> _reached = resumed ? [EntityKind.Workspace, EntityKind.Agent, EntityKind.Session] : [];

    public SessionRow Session => session;

    public SessionPlace Place => place;

    public bool Reached(string kind) => _reached.Contains(kind);

    /// <summary>Notes that the thing of that kind is being made, unless the machine certainly was not told.</summary>
    public async Task ReachAsync(string kind, Func<Task> work)
    {
        var fresh = _reached.Add(kind);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (AgentworksException e) when (e is ConnectionFailedException or NotReadyException)
        {
            if (fresh)
            {
                _reached.Remove(kind);
            }

            throw;
        }
    }
}
