using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.PortForwards;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Ports that lead to a real machine, through everything that may happen to the way there.</summary>
[Collection("machine")]
public sealed class PortForwardTests(MachineFixture machine) : IAsyncLifetime
{
    private const int Echo = 4711;
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await ServeAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var forward in machine.Engine.PortForwards.List())
            {
                await machine.Engine.PortForwards.RemoveAsync(forward, Quiet, CancellationToken.None);
            }
        }
    }

    [MachineFact]
    public async Task FiftyMegabytesComeBackAsTheyWent()
    {
        var forward = await OpenAsync();
        Assert.Equal(PortForwardStatus.Connected, forward.Status);
        Assert.Equal(PortForwardStatus.Connected, Observe(forward).Status);

        var sent = RandomNumberGenerator.GetBytes(50 << 20);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, forward.LocalPort);
        var stream = client.GetStream();
        var received = new MemoryStream(sent.Length);
        var reading = stream.CopyToAsync(received);
        await stream.WriteAsync(sent);
        client.Client.Shutdown(SocketShutdown.Send);
        await reading.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received.ToArray()));
    }

    [MachineFact]
    public async Task ItReconnectsAfterACutAndAfterTheMachinesRestart()
    {
        var forward = await OpenAsync();
        Ssh(forward).Signal(HostProcess.Kill);
        await Eventually.BecomesAsync(() => AnswersAsync(forward), "the forward works again after its ssh was killed");
        Assert.Equal(forward.ProcessId, Observe(forward).ProcessId);

        await machine.Engine.Vms.StopAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        await Eventually.BecomesAsync(() => Task.FromResult(Observe(forward).Status == PortForwardStatus.Reconnecting), "the loss of the machine is seen");
        await machine.Engine.Vms.StartAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
        await ServeAsync();
        await Eventually.BecomesAsync(() => AnswersAsync(forward), "the forward works again after the machine's restart");
    }

    [MachineFact]
    public async Task ItNeverStartsAMachineThatWasStoppedOnPurpose()
    {
        var forward = await OpenAsync();
        await machine.Engine.Vms.StopAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        try
        {
            await Eventually.BecomesAsync(
                () => Task.FromResult(Observe(forward) is { Status: PortForwardStatus.Reconnecting, Reason: not null }), "an attempt has failed");
            Assert.Equal(VmStatus.Stopped, await StatusAsync());
            await Assert.ThrowsAsync<NotReadyException>(() => CreateAsync(new PortForwardSpec(null, 80)));
            Assert.Equal(VmStatus.Stopped, await StatusAsync());
            Assert.Single(machine.Engine.PortForwards.List());
        }
        finally
        {
            await machine.Engine.Vms.StartAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task RemovalEndsEveryProcessAndFreesThePort()
    {
        var forward = await OpenAsync();
        var (holder, ssh) = (Holder(forward), Ssh(forward));
        await machine.Engine.PortForwards.RemoveAsync(forward, Quiet, CancellationToken.None);
        AssertGone(forward, holder, ssh);
    }

    [MachineFact]
    public async Task RemovalAlsoEndsWhatAKilledHolderLeft()
    {
        var forward = await OpenAsync();
        var (holder, ssh) = (Holder(forward), Ssh(forward));
        holder.Signal(HostProcess.Kill);
        await Eventually.BecomesAsync(() => Task.FromResult(Observe(forward).Status == PortForwardStatus.Stopped), "the loss of the holder is seen");
        Assert.Null(Observe(forward).ProcessId);

        var again = await CreateAsync(new PortForwardSpec(forward.LocalPort, Echo));
        Assert.Equal(forward.Id, again.Id);
        Assert.True(await AnswersAsync(again));
        Assert.False(ssh.IsAlive());
        (holder, ssh) = (Holder(again), Ssh(again));
        holder.Signal(HostProcess.Kill);
        await machine.Engine.PortForwards.RemoveAsync(again, Quiet, CancellationToken.None);
        AssertGone(again, holder, ssh);
    }

    [MachineFact]
    public async Task ItEndsByItselfWhenItsFolderGoes()
    {
        var forward = await OpenAsync();
        var (holder, ssh) = (Holder(forward), Ssh(forward));
        Directory.Delete(Folder(forward), recursive: true);
        await Eventually.BecomesAsync(() => Task.FromResult(!holder.IsAlive() && !ssh.IsAlive()), "its processes have ended");
        Assert.Equal(PortForwardStatus.Stopped, Observe(forward).Status);
    }

    [MachineFact]
    public async Task ItOutlivesTheEngineAndIsFoundByTheNext()
    {
        AgwPortForward forward;
        await using (var first = AgentworksEngine.Open(TestOptions.For(machine.Home)))
        {
            forward = await first.PortForwards.CreateAsync(
                new NewPortForward { Vm = MachineFixture.Vm, Ports = new PortForwardSpec(null, Echo) }, Quiet, CancellationToken.None);
        }

        Assert.True(await AnswersAsync(forward));
        Assert.Equal(forward, machine.Engine.PortForwards.List().Single());
        Assert.Equal(forward, await CreateAsync(new PortForwardSpec(null, Echo)));
    }

    [MachineFact]
    public async Task APortInUseIsRefusedBeforeAnythingStarts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var refused = await Assert.ThrowsAsync<PortInUseException>(() => CreateAsync(new PortForwardSpec(port, Echo)));
        Assert.Equal(port, refused.Target);
        Assert.Empty(machine.Engine.PortForwards.List());
        Assert.Empty(Folders());

        // The same number of the machine's leads here by another.
        var forward = await CreateAsync(new PortForwardSpec(null, port));
        Assert.NotEqual(port, forward.LocalPort);
        await Assert.ThrowsAsync<PortInUseException>(() => CreateAsync(new PortForwardSpec(forward.LocalPort, Echo)));
        Assert.Single(machine.Engine.PortForwards.List());
    }

    [MachineFact]
    public async Task AnAddressOfOthersIsOpenToThemAndSaysSo()
    {
        var events = new List<EngineEvent>();
        var forward = await machine.Engine.PortForwards.CreateAsync(
            new NewPortForward { Vm = MachineFixture.Vm, Ports = new PortForwardSpec(null, Echo), LocalAddress = "0.0.0.0" }, new ListSink(events), CancellationToken.None);
        Assert.Single(events.OfType<WarningEvent>());
        Assert.Equal("127.0.0.1", forward.Uri.Host);
        Assert.True(await AnswersAsync(forward));
    }

    [MachineFact]
    public async Task TwoCommandsAtOnceMakeOneForward()
    {
        var both = await Task.WhenAll(CreateAsync(new PortForwardSpec(null, Echo)), CreateAsync(new PortForwardSpec(null, Echo)));
        Assert.Equal(both[0].Id, both[1].Id);
        Assert.Single(machine.Engine.PortForwards.List());
        Assert.Single(Folders());
    }

    [MachineFact]
    public async Task ForwardsOfAMachineGoWithIt()
    {
        await machine.Engine.Vms.CreateAsync(new Vms.NewVm { Name = "going", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
        var forward = await machine.Engine.PortForwards.CreateAsync(
            new NewPortForward { Vm = "going", Ports = new PortForwardSpec(null, 22) }, Quiet, CancellationToken.None);
        var (holder, ssh) = (Holder(forward), Ssh(forward));
        await machine.Engine.Vms.RemoveAsync("going", cascade: true, Quiet, CancellationToken.None);
        AssertGone(forward, holder, ssh);
    }

    private async Task ServeAsync()
    {
        const string server = """
            use Socket;
            socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($s, sockaddr_in(4711, INADDR_LOOPBACK)) or die; listen($s, 16); $SIG{CHLD} = "IGNORE";
            while (accept(my $c, $s)) { next if fork; while (sysread($c, my $b, 65536)) { syswrite($c, $b) } exit }
            """;
        var started = await machine.RunAsync(
            $"sudo -n systemctl stop echo 2>/dev/null; sudo -n systemctl reset-failed echo 2>/dev/null; sudo -n systemd-run --quiet --unit=echo perl -e '{server}'");
        Assert.Equal(0, started.ExitCode);
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("grep -q ' 0100007F:1267 00000000:0000 0A ' /proc/net/tcp")).ExitCode == 0, "the echo server listens");
    }

    private Task<AgwPortForward> OpenAsync() => CreateAsync(new PortForwardSpec(null, Echo));

    private Task<AgwPortForward> CreateAsync(PortForwardSpec ports) =>
        machine.Engine.PortForwards.CreateAsync(new NewPortForward { Vm = MachineFixture.Vm, Ports = ports }, Quiet, CancellationToken.None);

    private AgwPortForward Observe(AgwPortForward forward) => machine.Engine.PortForwards.List().Single(other => other.Id == forward.Id);

    private async Task<VmStatus> StatusAsync()
    {
        await foreach (var vm in machine.Engine.Vms.ObserveAsync([.. machine.Engine.Vms.List().Where(vm => vm.Name == MachineFixture.Vm)], CancellationToken.None))
        {
            return vm.Status;
        }

        throw new InvalidOperationException("The machine is gone.");
    }

    private void AssertGone(AgwPortForward forward, params HostProcess[] processes)
    {
        Assert.DoesNotContain(processes, process => process.IsAlive());
        Assert.DoesNotContain(machine.Engine.PortForwards.List(), other => other.Id == forward.Id);
        Assert.False(Directory.Exists(Folder(forward)));
        Assert.Null(LocalPorts.WhyNotFree(IPAddress.Parse(forward.LocalAddress), forward.LocalPort));
    }

    private HostProcess Holder(AgwPortForward forward) => HostProcess.Read(Path.Combine(Folder(forward), "holder"))!;

    private HostProcess Ssh(AgwPortForward forward) => HostProcess.Read(Path.Combine(Folder(forward), "ssh"))!;

    private string Folder(AgwPortForward forward) => Path.Combine(machine.Home, "forwards", forward.Id);

    private string[] Folders() => Directory.Exists(Path.Combine(machine.Home, "forwards")) ? Directory.GetDirectories(Path.Combine(machine.Home, "forwards")) : [];

    private static async Task<bool> AnswersAsync(AgwPortForward forward)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, forward.LocalPort, limit.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("hello"u8.ToArray(), limit.Token);
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer, limit.Token);
            return answer.AsSpan().SequenceEqual("hello"u8);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private sealed class ListSink(List<EngineEvent> events) : IEventSink
    {
        public void Report(EngineEvent engineEvent)
        {
            lock (events)
            {
                events.Add(engineEvent);
            }
        }
    }
}
