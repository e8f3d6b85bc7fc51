using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.Workspaces;

/// <summary>Workspaces: a folder and its group on a machine.</summary>
public sealed class WorkspaceService
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwWorkspace> List() => throw new NotImplementedException();

    public Task<AgwWorkspace> CreateAsync(NewWorkspace request, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <exception cref="Errors.HasDependentsException">Sessions live in it and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A login shell in its folder, as the admin or as an agent that may enter.</summary>
    public Task<InteractiveCommand> GetShellAsync(string name, string? agent, CancellationToken cancellationToken) => throw new NotImplementedException();
}
