using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>Why a channel is no more.</summary>
/// <param name="Error">For the operator.</param>
/// <param name="Established">The machine had said hello.</param>
/// <param name="NothingRan">It broke so early that the machine cannot have run anything.</param>
/// <param name="Stalled">It did not end: nothing was heard any more.</param>
internal sealed record ChannelBreak(AgentworksException Error, bool Established, bool NothingRan, bool Stalled)
{
    /// <summary>True when trying again is of no use.</summary>
    public bool Final => Error is not ConnectionFailedException;
}
