using System.Net;
using System.Net.Sockets;
using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.PortForwards;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A machine that takes connections and never says a word holds nobody up for longer than the time allowed for connecting.</summary>
public sealed class DeadMachineTests : IAsyncLifetime
{
    // Six times the ten seconds for connecting: all calls are made at once, on a computer that is busy. That each connects only once is counted.
    private static readonly TimeSpan Allowed = TimeSpan.FromMinutes(1);
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private TestHome? _home;

    public async Task InitializeAsync()
    {
        _silent.Start(backlog: 100);
        _home = await TestHome.CreateAsync();
    }

    public Task DisposeAsync()
    {
        _silent.Stop();
        Directory.Delete(_home!.Path, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task EveryKindOfCallEndsInTime()
    {
        (string Name, Func<AgentworksEngine, string, CancellationToken, Task> Call)[] calls =
        [
            ("run", async (engine, vm, stop) => await Outcomes.DrainAsync(engine.Commands.InvokeAsync([new CommandTarget(vm, null, null)], new CommandRequest { Command = "true" }, stop))),
            ("shell", (engine, vm, stop) => engine.Vms.GetShellAsync(vm, stop)),
            ("agentshell", (engine, vm, stop) => engine.Agents.GetShellAsync("a-" + vm, null, stop)),
            ("placeshell", (engine, vm, stop) => engine.Workspaces.GetShellAsync("w-" + vm, null, stop)),
            ("attach", (engine, vm, stop) => engine.Sessions.GetAttachAsync("s-" + vm, readOnly: false, stop)),
            ("initialize", (engine, vm, stop) => engine.Vms.InitializeAsync(vm, Quiet, stop)),
            ("check", async (engine, vm, stop) => await Outcomes.DrainAsync(engine.Vms.CheckAsync([vm], stop))),
            ("workspace", (engine, vm, stop) => engine.Workspaces.CreateAsync(new NewWorkspace { Name = "new-" + vm, Vm = vm }, Quiet, stop)),
            ("agent", (engine, vm, stop) => engine.Agents.CreateAsync(new NewAgent { Name = "new-" + vm, Vm = vm }, Quiet, stop)),
            ("session", (engine, vm, stop) => engine.Sessions.CreateAsync(new NewSession { Name = "new-" + vm, Workspace = "w-" + vm }, Quiet, stop)),
            ("stop", async (engine, vm, stop) => await Outcomes.DrainAsync(engine.Sessions.StopAsync(["s-" + vm], new StopSession(TimeSpan.FromSeconds(1)), Quiet, stop))),
            ("log", async (engine, vm, stop) => { await foreach (var _ in engine.Sessions.ReadLogAsync("s-" + vm, null, false, false, stop)) { } }),
            ("grant", (engine, vm, stop) => engine.Agents.GrantAsync("a-" + vm, ["w-" + vm], false, Quiet, stop)),
            ("forward", (engine, vm, stop) => engine.PortForwards.CreateAsync(new NewPortForward { Vm = vm, Ports = new PortForwardSpec(null, 80) }, Quiet, stop)),
            ("network", (engine, vm, stop) => engine.Vms.UpdateNetworkAsync(new UpdateVmNetwork { Vm = vm }, Quiet, stop)),
            ("remove", (engine, vm, stop) => engine.Vms.RemoveAsync(vm, cascade: true, Quiet, stop)),
        ];
        await RecordAsync([.. calls.Select(call => call.Name)]);
        await using var engine = Open();
        using var limit = new CancellationTokenSource(Allowed);
        var failures = await Task.WhenAll(calls.Select(call => Record.ExceptionAsync(() => Task.Run(() => call.Call(engine, call.Name, limit.Token)).WaitAsync(limit.Token))));
        for (var i = 0; i < calls.Length; i++)
        {
            Assert.True(failures[i] is AgentworksException and not OperationTimedOutException, $"{calls[i].Name}: {failures[i]}");
            Assert.Equal((calls[i].Name, 1), (calls[i].Name, Connections(calls[i].Name)));
        }
    }

    [Fact]
    public async Task ItsStatusIsUnknownInTime()
    {
        await RecordAsync(["dead"]);
        await using var engine = Open();
        await Task.WhenAll(MachinesAsync(), SessionsAsync()).WaitAsync(Allowed);
        Assert.InRange(Connections("dead"), 1, 2);

        async Task MachinesAsync()
        {
            await foreach (var vm in engine.Vms.ObserveAsync(engine.Vms.List(), CancellationToken.None))
            {
                Assert.Equal(VmStatus.Unknown, vm.Status);
            }
        }

        async Task SessionsAsync()
        {
            await foreach (var session in engine.Sessions.ObserveAsync(engine.Sessions.List(), CancellationToken.None))
            {
                Assert.Equal(SessionStatus.Unknown, session.Status);
            }
        }
    }

    /// <summary>An engine whose connections are noted, each when it begins.</summary>
    private AgentworksEngine Open() => AgentworksEngine.Open(TestOptions.For(_home!.Path) with
    {
        Connect = command => command with
        {
            FileName = "/bin/sh",
            Arguments = ["-c", "echo >> \"$0\"; exec \"$@\"", Noted(command.MachineName), command.FileName, .. command.Arguments],
        },
    });

    private string Noted(string machine) => Path.Combine(_home!.Path, "connected-to-" + machine);

    private int Connections(string machine) => File.ReadAllLines(Noted(machine)).Length;

    /// <summary>As if they had been made: machines, each with a workspace, an agent and a session.</summary>
    private async Task RecordAsync(IReadOnlyList<string> names)
    {
        var port = ((IPEndPoint)_silent.LocalEndpoint).Port;
        using var store = StateStore.Open(_home!.Path, TimeProvider.System);
        store.Write(state =>
        {
            foreach (var name in names)
            {
                var vm = state.Insert(new VmRow
                {
                    Id = Identifier.New(),
                    Name = name,
                    Platform = "ssh",
                    Template = "default",
                    State = LifecycleState.Ready,
                    DesiredPower = DesiredPower.Running,
                    AdminUser = "agentworks",
                    HostName = name,
                    WorkspacesPath = "/opt/agentworks/workspaces",
                    OptionsJson = $$"""{"host": "127.0.0.1", "port": "{{port}}"}""",
                });
                var workspace = state.Insert(new WorkspaceRow
                {
                    Id = Identifier.New(),
                    Name = "w-" + name,
                    VmId = vm.Id,
                    Isolation = WorkspaceIsolation.Shared,
                    State = LifecycleState.Ready,
                    Template = "default",
                    Path = "/opt/agentworks/workspaces/w-" + name,
                    LinuxGroup = "ws-" + name,
                });
                state.Insert(new AgentRow { Id = Identifier.New(), Name = "a-" + name, VmId = vm.Id, State = LifecycleState.Ready, Template = "default", LinuxUser = "agt-" + name });
                state.Insert(new SessionRow
                {
                    Id = Identifier.New(),
                    Name = "s-" + name,
                    WorkspaceId = workspace.Id,
                    State = LifecycleState.Ready,
                    Desired = DesiredPower.Running,
                    Template = "default",
                    Command = string.Empty,
                });
            }
        });
        var known = new KnownHosts(Path.Combine(_home.Path, "known_hosts"));
        foreach (var vm in store.Read(state => state.ListVms()))
        {
            await known.PinAsync(vm.Id, ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJsYWNraG9sZWJsYWNraG9sZWJsYWNraG9sZWJsYWNr"], CancellationToken.None);
        }
    }
}
