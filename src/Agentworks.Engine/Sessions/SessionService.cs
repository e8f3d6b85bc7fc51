using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>Sessions: persistent, locked-down tmux sessions. Plural operations cost one round trip per machine.</summary>
public sealed class SessionService
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwSession> List() => throw new NotImplementedException();

    /// <summary>The same sessions with their status, machine by machine as each answers.</summary>
    public IAsyncEnumerable<AgwSession> ObserveAsync(IReadOnlyList<AgwSession> sessions, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <exception cref="Errors.SessionDiedException">The command ended at once.</exception>
    public Task<AgwSession> CreateAsync(NewSession request, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Starts stopped or ended sessions; a running one is left alone.</summary>
    /// <param name="names">Which.</param>
    /// <param name="restart">Stop running ones first.</param>
    /// <param name="secrets">Values for the sessions' secret variables, which are never stored; missing ones are looked for in the secret source.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<BatchOutcome<AgwSession>> StartAsync(
        IReadOnlyList<string> names, bool restart, IReadOnlyDictionary<string, string> secrets, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public IAsyncEnumerable<BatchOutcome<AgwSession>> StopAsync(
        IReadOnlyList<string> names, StopSession how, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public IAsyncEnumerable<BatchOutcome<AgwSession>> RemoveAsync(
        IReadOnlyList<string> names, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public IAsyncEnumerable<BatchOutcome<AgwSession>> SendInputAsync(
        IReadOnlyList<string> names, SessionInput input, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Lines of the session's log, oldest first, also of a session that has ended. With <paramref name="wait"/>, goes on with new
    /// ones until cancelled. Terminal control sequences are taken out unless <paramref name="raw"/>.
    /// </summary>
    public IAsyncEnumerable<string> ReadLogAsync(string name, int? tail, bool wait, bool raw, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The process that attaches the operator's terminal: ssh as the session's own user, never as another.</summary>
    public Task<InteractiveCommand> GetAttachAsync(string name, bool readOnly, CancellationToken cancellationToken) => throw new NotImplementedException();
}
