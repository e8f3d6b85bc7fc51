using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.Sessions;
using Agentworks.Tests.Shared;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Bench.Machines;

/// <summary>Real machines for a benchmark, with a workspace and an agent each; removed at the end.</summary>
public sealed class BenchMachine : IAsyncDisposable
{
    private readonly string _home;
    private int _roundTrip;

    private BenchMachine(string home)
    {
        _home = home;
        Engine = Open(0);
    }

    public static NullEventSink Quiet => NullEventSink.Instance;

    public AgentworksEngine Engine { get; private set; }

    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <exception cref="BenchSkippedException">No machine can be made here.</exception>
    public static async Task<BenchMachine> CreateAsync(BenchContext context, int count, CancellationToken cancellationToken)
    {
        var readiness = await new PlatformRegistry(new ProcessRunner(), TimeProvider.System).Get("nspawn").CheckAsync(cancellationToken);
        if (!readiness.Ready)
        {
            throw new BenchSkippedException($"needs machines of platform nspawn: {readiness.Message}");
        }

        var machine = new BenchMachine(context.NewFolder("home-" + Guid.NewGuid().ToString("N")[..8]));
        try
        {
            machine.Names = [.. Enumerable.Range(0, count).Select(i => $"bench{i}")];
            foreach (var name in machine.Names)
            {
                await machine.Engine.Vms.CreateAsync(new NewVm { Name = name, Platform = "nspawn", DiskGiB = 2 }, Quiet, cancellationToken);
                await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "w-" + name, Vm = name }, Quiet, cancellationToken);
                await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "a-" + name, Vm = name, Workspaces = ["w-" + name] }, Quiet, cancellationToken);
                context.Report($"  machine {name} is ready");
            }

            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts afresh, with no open connection, at another distance from the machines.</summary>
    public async Task ReopenAsync(int roundTripMilliseconds)
    {
        await Engine.DisposeAsync();
        Engine = Open(roundTripMilliseconds);
    }

    public Task<AgwSession> StartAsync(string vm, string name, CancellationToken cancellationToken) =>
        Engine.Sessions.CreateAsync(
            new NewSession { Name = name, Workspace = "w-" + vm, Agent = "a-" + vm, Command = "exec sleep 100000" }, Quiet, cancellationToken);

    public async Task RemoveAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        await DrainAsync(Engine.Sessions.RemoveAsync(names, Quiet, cancellationToken));

    public async Task<AgwCommandResult> RunAsync(string vm, string command, CancellationToken cancellationToken)
    {
        var outcomes = Engine.Commands.InvokeAsync([new CommandTarget(vm, null, null)], new CommandRequest { Command = command }, cancellationToken);
        return (await DrainAsync(outcomes))[0];
    }

    public static async Task<IReadOnlyList<T>> DrainAsync<T>(IAsyncEnumerable<BatchOutcome<T>> outcomes)
        where T : class
    {
        var values = new List<T>();
        await foreach (var outcome in outcomes)
        {
            values.Add(outcome.Value ?? throw outcome.Error!);
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await ReopenAsync(0);
        foreach (var vm in Engine.Vms.List())
        {
            await Engine.Vms.RemoveAsync(vm.Name, cascade: true, Quiet, CancellationToken.None);
        }

        await Engine.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private AgentworksEngine Open(int roundTripMilliseconds)
    {
        _roundTrip = roundTripMilliseconds;
        var inner = new PlatformRegistry(new ProcessRunner(), TimeProvider.System).Get("nspawn");
        var platforms = new PlatformRegistry([new DelayedPlatform(inner, () => _roundTrip)]);
        return AgentworksEngine.Open(TestOptions.For(_home) with { Platforms = platforms });
    }
}
