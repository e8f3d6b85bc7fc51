using Agentworks.Provisioning;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Network;

/// <summary>The platform's own address, and nothing else.</summary>
public sealed class DirectNetwork : INetworkDriver
{
    public const string DriverName = "direct";

    public string Name => DriverName;

    public IReadOnlyList<string> AptPackages => [];

    public bool NeedsKey => false;

    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ProvisionStep? GetStep(NetworkJoin join) => null;

    public Task<NetworkMembership> ReadAsync(IMachineShell shell, string vm, CancellationToken cancellationToken) =>
        Task.FromResult(new NetworkMembership("{}", null));

    public SshEndpoint? GetEndpoint(VmRow vm) => null;

    public string? GetAddress(VmRow vm) => null;

    public RemoteCommand? GetLeave(VmRow vm) => null;
}
