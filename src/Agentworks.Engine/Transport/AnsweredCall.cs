using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <inheritdoc />
internal abstract class AnsweredCall<TReply>(FrameType type, ReadOnlyMemory<byte> payload) : ChannelCall(type, payload)
{
    private const byte NotStarted = 1;
    private const byte Interrupted = 2;
    private const byte NeverRan = 3;
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TReply> Reply => _reply.Task;
    public override Task Ended => _reply.Task;

    public override void Fail(Exception exception)
    {
        if (_reply.TrySetException(exception))
        {
            // Whoever was cancelled does not look at it any more.
            _ = _reply.Task.Exception;
        }
    }

    protected void Succeed(TReply reply) => _reply.TrySetResult(reply);

    protected static AgentworksException ReadFault(ReadOnlySpan<byte> fault)
    {
        var text = Encoding.UTF8.GetString(fault[1..]);
        return fault[0] switch
        {
            Interrupted => new OutcomeUnknownException($"The machine does not know how the operation ended: {text}."),
            NeverRan => new ConnectionFailedException("The connection broke before the operation ran."),
            NotStarted => new RemoteCommandException(Sentence(text)),
            _ => new RemoteCommandException(Sentence(text)),
        };
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? string.Empty : ".");
}
