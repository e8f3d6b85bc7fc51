using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Transport;

namespace Agentworks.Bench.Machines;

/// <summary>A platform whose machines are as far away as one likes: every byte to and from them is late by half the round trip; with none they are reached as ever.</summary>
public sealed class DelayedPlatform(IVmPlatform inner, Func<int> roundTripMilliseconds) : IVmPlatform
{
    public string Name => inner.Name;

    public PlatformTraits Traits => inner.Traits;

    public SshEndpoint GetSshEndpoint(PlatformMachine machine)
    {
        var endpoint = inner.GetSshEndpoint(machine);
        var distance = roundTripMilliseconds();
        return distance == 0 ? endpoint : endpoint with
        {
            ProxyCommand = DelayPipe.CommandLine(distance, endpoint.ProxyCommand!),
            ExtraOptions = [.. endpoint.ExtraOptions!.Where(option => option != SshEndpoint.PassesSocket)],
        };
    }

    public Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public void Validate(MachineSpec spec) => inner.Validate(spec);

    public Task<PlatformMachine> CreateAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken) =>
        inner.CreateAsync(spec, journal, events, cancellationToken);

    public Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken) =>
        inner.StartAsync(machine, events, cancellationToken);

    public Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken) =>
        inner.StopAsync(machine, grace, cancellationToken);

    public Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken) =>
        inner.GetPowerStateAsync(machine, cancellationToken);

    public Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken) => inner.RemoveAsync(machine, cancellationToken);

    public ChannelCommand? GetPlatformShell(PlatformMachine machine) => inner.GetPlatformShell(machine);

    public Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken) =>
        inner.GetHostKeysAsync(machine, cancellationToken);
}
