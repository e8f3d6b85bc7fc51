namespace Agentworks.Transport;

/// <summary>The caller's own stream or handler failed while a command ran; carries its exception out to the caller.</summary>
internal sealed class HandlerFailedException(Exception inner) : Exception(inner.Message, inner);
