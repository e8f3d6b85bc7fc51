using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>One way to a machine.</summary>
public sealed record MachineRoute(SshEndpoint Endpoint, ChannelCommand Channel);
