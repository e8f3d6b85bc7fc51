using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Platforms;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>Machines with rules whose ways out lead into a fake internet.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    private readonly NspawnFixture machines = new();
    private readonly System.Collections.Concurrent.ConcurrentBag<PlatformMachine> started = [];

    internal FakeInternet Internet { get; } = new();
    public NspawnPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await machines.InitializeAsync();
        await Internet.StartAsync();
        Platform = new NspawnPlatform(machines.Processes, TimeProvider.System) { Uplink = Internet };
    }

    public async Task DisposeAsync()
    {
        await ClearAsync();
        await machines.DisposeAsync();
        await Internet.DisposeAsync();
    }

    /// <summary>Removes the machines of a test: each takes some of what this computer has only so many of.</summary>
    public async Task ClearAsync()
    {
        while (started.TryTake(out var machine))
        {
            await Platform.RemoveAsync(machine, CancellationToken.None);
        }
    }

    public async Task<PlatformMachine> StartAsync(NetworkRules rules, string name = "net")
    {
        var spec = machines.NewSpec(name) with { Dedicated = true, Network = rules };
        started.Add(new PlatformMachine(spec, "{}"));
        var machine = await Platform.CreateAsync(spec, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
        await Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        return machine;
    }

    public NspawnPaths PathsOf(PlatformMachine machine) => machines.PathsOf(machine);

    internal string AddressOf(PlatformMachine machine) => new AddressBook(PathsOf(machine)).Find()!.Address.ToString();

    public Task<string> ReadAsync(PlatformMachine machine, string commandLine) => machines.ReadAsync(machine, commandLine);

    public Task<ProcessResult> ShellAsync(PlatformMachine machine, string commandLine) => machines.ShellAsync(machine, commandLine);

    /// <summary>Makes a probe as root in the machine that should get through; what came of it.</summary>
    public async Task<string> OpenAsync(PlatformMachine machine, string probe) => (await ProbeAsync(machine, [(probe, true)]))[0];

    /// <summary>The same of one that should not.</summary>
    public async Task<string> ShutAsync(PlatformMachine machine, string probe) => (await ProbeAsync(machine, [(probe, false)]))[0];

    /// <summary>Makes the probes as root in the machine, all at once; what came of each, in order.</summary>
    public async Task<IReadOnlyList<string>> ProbeAsync(PlatformMachine machine, IReadOnlyList<(string Text, bool Open)> probes)
    {
        var shell = Platform.GetPlatformShell(machine)!;
        var address = new AddressBook(PathsOf(machine)).Find()!;
        await ReadAsync(machine, $"cat > /root/probes.pl <<'PROBES'\n{await ProbeProgram.ReadAsync()}\nPROBES\n");
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(ProbeProgram.Input(probes, shutSeconds: 2)));
        var result = await machines.Processes.RunAsync(
            shell.FileName, [.. shell.Arguments, $"perl /root/probes.pl {address.Mac} {MachineAddress.GatewayMac}"],
            new ProcessOptions(input, TimeSpan.FromMinutes(2)), CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
        return ProbeProgram.Answers(result.Output, probes.Count);
    }
}
