namespace Agentworks.Transport;

/// <summary>
/// Runs commands on one machine, as many at once as one likes, over one long-lived connection that is made at the first
/// use and again after a break.
/// </summary>
public interface IMachineShell : IAsyncDisposable
{
    /// <summary>One round trip on a warm connection.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="onOutput">
    /// When given, receives output while it comes (in order, never concurrently) and nothing is kept in the result; the machine is
    /// slowed down to the handler's pace.
    /// </param>
    /// <param name="cancellationToken">Cancelling kills the command's process group on the machine.</param>
    /// <exception cref="Errors.ConnectionFailedException">Not reachable, or the connection broke and the command certainly did not run.</exception>
    /// <exception cref="Errors.OutcomeUnknownException">The connection broke and the machine could not be asked afterwards.</exception>
    /// <exception cref="Errors.HostKeyChangedException">The host key is not the pinned one.</exception>
    /// <exception cref="Errors.LoginFailedException">The operator's key was refused.</exception>
    Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputChunk, ValueTask>? onOutput, CancellationToken cancellationToken);

    /// <summary>
    /// Evaluates a Perl expression of ours inside the channel's own process on the machine, as root and without starting any
    /// process: for questions that must be cheap. Arguments are in @_; the text returned is the result.
    /// </summary>
    Task<string> EvaluateAsync(string perl, IReadOnlyList<string> arguments, CancellationToken cancellationToken);
}
