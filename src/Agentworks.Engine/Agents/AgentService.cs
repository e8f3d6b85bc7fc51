using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.Agents;

/// <summary>Agents: Linux users and what they are granted.</summary>
public sealed class AgentService
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwAgent> List() => throw new NotImplementedException();

    public Task<AgwAgent> CreateAsync(NewAgent request, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwInitialization> InitializeAsync(string name, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <exception cref="Errors.HasDependentsException">It has sessions and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Grants workspaces of the agent's machine; with <paramref name="all"/>, every present and future one.</summary>
    public Task<IReadOnlyList<AgwGrant>> GrantAsync(string agent, IReadOnlyList<string> workspaces, bool all, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Takes explicit grants back, at once. Processes of the agent that still stand in the workspace are sent SIGHUP and reported;
    /// with <paramref name="kill"/> they are killed.
    /// </summary>
    public Task<IReadOnlyList<RevokeOutcome>> RevokeAsync(string agent, IReadOnlyList<string> workspaces, bool all, bool kill, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A login shell as the agent, at home or in a workspace that it may enter.</summary>
    public Task<InteractiveCommand> GetShellAsync(string name, string? workspace, CancellationToken cancellationToken) => throw new NotImplementedException();
}
