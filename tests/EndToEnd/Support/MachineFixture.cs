using Agentworks.Commands;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Sessions;
using Agentworks.Tests.Shared;
using Agentworks.Vms;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>One real machine, made once for all tests that share it.</summary>
public sealed class MachineFixture : IAsyncLifetime
{
    public const string Vm = "e2e";

    // Only keeps a broken test from running for ever: other tests and other machines take their share of the computer.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private TestHome? _home;
    private AgentworksEngine? _engine;

    public AgentworksEngine Engine => _engine ?? throw new InvalidOperationException("There is no machine here.");

    public string Home => _home!.Path;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        _home = await TestHome.CreateAsync();
        _engine = AgentworksEngine.Open(TestOptions.For(_home.Path));
        await _engine.Vms.CreateAsync(new NewVm { Name = Vm, Platform = "nspawn", DiskGiB = 4 }, NullEventSink.Instance, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        if (_home is not null)
        {
            await _home.DisposeAsync();
        }
    }

    /// <summary>Runs a line and returns what came of it.</summary>
    public Task<AgwCommandResult> RunAsync(string command, string? agent = null, string? workspace = null) =>
        RunAsync(Engine, command, agent, workspace);

    /// <summary>Runs a line as root on the machine.</summary>
    public Task<AgwCommandResult> RootAsync(string command) => RunAsync(Engine, "sudo -n sh -c '" + command.Replace("'", "'\\''", StringComparison.Ordinal) + "'", null, null);

    public static Task<AgwCommandResult> RunAsync(AgentworksEngine engine, string command, string? agent, string? workspace) =>
        RunAsync(engine, command, new CommandTarget(agent is null && workspace is null ? engine.Vms.List()[0].Name : null, workspace, agent));

    public static async Task<AgwCommandResult> RunAsync(AgentworksEngine engine, string command, CommandTarget target)
    {
        await foreach (var outcome in engine.Commands.InvokeAsync([target], new CommandRequest { Command = command, Timeout = Limit }, CancellationToken.None))
        {
            var result = outcome.Value ?? throw outcome.Error!;

            // What was cut short proves nothing, least of all by having failed or found nothing.
            return result.TimedOut ? throw new TimeoutException($"It did not end: {command}") : result;
        }

        throw new InvalidOperationException("The command gave nothing.");
    }

    /// <summary>Switches a machine off as this computer's restart does: nobody has asked for it.</summary>
    public static async Task PowerOffAsync(AgwVm vm)
    {
        var nspawn = HostProcess.Read(new NspawnLayout(NspawnLayout.DefaultRoot).For(vm.Id).Run)!;
        nspawn.Signal(HostProcess.Terminate);
        await Eventually.BecomesAsync(() => Task.FromResult(!nspawn.IsAlive()), "the machine is off");
    }

    public Task<AgwSession> StartSessionAsync(string name, string workspace, string? agent, string command) =>
        Engine.Sessions.CreateAsync(
            new NewSession { Name = name, Workspace = workspace, Agent = agent, Command = command }, NullEventSink.Instance, CancellationToken.None);

    public async Task<AgwSession> ObserveAsync(string name)
    {
        var recorded = Engine.Sessions.List().Where(session => session.Name == name).ToArray();
        await foreach (var session in Engine.Sessions.ObserveAsync(recorded, CancellationToken.None))
        {
            return session;
        }

        throw new InvalidOperationException($"There is no session {name}.");
    }

    public Task RemoveSessionsAsync(params string[] names) => Outcomes.DrainAsync(Engine.Sessions.RemoveAsync(names, NullEventSink.Instance, CancellationToken.None));
}
