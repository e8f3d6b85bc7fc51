using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Transport;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Machines that are gone for good: nothing that is recorded of them keeps the operator.</summary>
public sealed class ForgetTests : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private TestHome? _home;

    public async Task InitializeAsync() => _home = await TestHome.CreateAsync();

    public async Task DisposeAsync() => await _home!.DisposeAsync();

    [MachineFact]
    public async Task AMachineThatIsThereIsNotForgottenAndOneThatIsGoneIs()
    {
        await using var engine = AgentworksEngine.Open(TestOptions.For(_home!.Path));
        await engine.Vms.CreateAsync(new NewVm { Name = "gone", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
        foreach (var name in new[] { "a", "b" })
        {
            var request = new NewSession
            {
                Name = name, Workspace = name, Agent = name, Command = "exec sleep 1000", MakeWorkspace = new NewWorkspace { Name = name }, MakeAgent = new NewAgent { Name = name },
            };
            await engine.SessionMaker.CreateAsync(request, Quiet, CancellationToken.None);
        }

        // An open entry of a thing that goes with the machine.
        Assert.True(await KilledMaker.DiesAsync(_home.Path, 2, "outfit", "half", "exec sleep 1000"));

        await Assert.ThrowsAsync<NotReadyException>(() => ForgetSessionAsync(engine, "a", force: false));
        await Assert.ThrowsAsync<NotReadyException>(() => engine.Forget.WorkspaceAsync("a", cascade: true, force: false, Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<NotReadyException>(() => engine.Forget.AgentAsync("a", cascade: true, force: false, Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<NotReadyException>(() => engine.Forget.VmAsync("gone", cascade: true, force: false, Quiet, CancellationToken.None));
        await engine.Vms.StopAsync("gone", TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        await Assert.ThrowsAsync<NotReadyException>(() => engine.Forget.VmAsync("gone", cascade: true, force: false, Quiet, CancellationToken.None));

        await DestroyAsync("gone");
        await ForgetSessionAsync(engine, "a", force: false);
        await Assert.ThrowsAsync<HasDependentsException>(() => engine.Forget.AgentAsync("b", cascade: false, force: false, Quiet, CancellationToken.None));
        await engine.Forget.AgentAsync("a", cascade: false, force: false, Quiet, CancellationToken.None);
        await engine.Forget.WorkspaceAsync("a", cascade: false, force: false, Quiet, CancellationToken.None);
        Assert.Equal(["b", "half"], engine.Workspaces.List().Select(workspace => workspace.Name));

        var vm = engine.Vms.List().Single();
        Assert.Contains(vm.Id, await File.ReadAllTextAsync(_home.Path + "/known_hosts"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HasDependentsException>(() => engine.Forget.VmAsync("gone", cascade: false, force: false, Quiet, CancellationToken.None));
        await engine.Forget.VmAsync("gone", cascade: true, force: false, Quiet, CancellationToken.None);
        Assert.Empty(engine.Vms.List());
        Assert.Empty(engine.Workspaces.List());
        Assert.Empty(engine.Sessions.List());
        Assert.DoesNotContain(vm.Id, await File.ReadAllTextAsync(_home.Path + "/known_hosts"), StringComparison.Ordinal);
        using var store = StateStore.Open(_home.Path, TimeProvider.System);
        Assert.Empty(store.Journal.List(openOnly: true));
    }

    [Fact]
    public async Task AnAdoptedMachineThatNobodyAnswersForIsForgotten()
    {
        using (var store = StateStore.Open(_home!.Path, TimeProvider.System))
        {
            store.Write(state => state.Insert(new VmRow
            {
                Id = "0123456789abcdef0123456789abcdef",
                Name = "dead",
                Platform = "ssh",
                Template = "default",
                State = LifecycleState.Ready,
                DesiredPower = DesiredPower.Running,
                AdminUser = "agentworks",
                HostName = "dead",
                WorkspacesPath = "/opt/agentworks/workspaces",
                OptionsJson = JsonSerializer.Serialize(new Dictionary<string, string> { ["host"] = "127.0.0.1", ["port"] = ClosedPort() }),
            }));
        }

        await new KnownHosts(_home.Path + "/known_hosts").PinAsync(
            "0123456789abcdef0123456789abcdef", ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDJXbeUZDjvKSsZ0mZ0nJp6m7cQb8mYyq5Yt4o1rVq1B"], CancellationToken.None);
        await using var engine = AgentworksEngine.Open(TestOptions.For(_home.Path));
        await Assert.ThrowsAnyAsync<AgentworksException>(() => engine.Vms.RemoveAsync("dead", cascade: true, Quiet, CancellationToken.None));
        Assert.Single(engine.Vms.List());
        await engine.Forget.VmAsync("dead", cascade: false, force: false, Quiet, CancellationToken.None);
        Assert.Empty(engine.Vms.List());
    }

    private static async Task ForgetSessionAsync(AgentworksEngine engine, string name, bool force) =>
        await Outcomes.DrainAsync(engine.Forget.SessionsAsync([name], force, Quiet, CancellationToken.None));

    /// <summary>Past the engine, as somebody else might.</summary>
    private async Task DestroyAsync(string name)
    {
        using var store = StateStore.Open(_home!.Path, TimeProvider.System);
        await new NspawnPlatform(new ProcessRunner(), TimeProvider.System)
            .RemoveAsync(store.Read(state => state.FindVm(name))!.ToMachine(store.OwnerTag), CancellationToken.None);
    }

    private static string ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
