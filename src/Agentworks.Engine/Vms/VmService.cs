using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.Vms;

/// <summary>Machines: made, started, initialized, removed.</summary>
public sealed class VmService
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwVm> List() => throw new NotImplementedException();

    /// <summary>The same machines with their status, each as soon as it is known: a dead one delays no other.</summary>
    public IAsyncEnumerable<AgwVm> ObserveAsync(IReadOnlyList<AgwVm> vms, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwVm> CreateAsync(NewVm request, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwVm> StartAsync(string name, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwVm> StopAsync(string name, TimeSpan grace, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwVm> RestartAsync(string name, TimeSpan grace, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<AgwInitialization> InitializeAsync(string name, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes the machine and, with <paramref name="cascade"/>, all that lives on it.</summary>
    /// <exception cref="Errors.HasDependentsException">Something lives on it and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<InteractiveCommand> GetShellAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();
}
