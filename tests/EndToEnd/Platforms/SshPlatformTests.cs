using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Ssh;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>Adopts a real sshd on loopback.</summary>
public sealed class SshPlatformTests(LoopbackSshd sshd) : IClassFixture<LoopbackSshd>
{
    private readonly SshPlatform platform = new(new ProcessRunner(), TimeProvider.System);

    [Fact]
    public async Task AMachineThatAnswersIsRunningAndStartingItDoesNothing()
    {
        var machine = await AdoptAsync(sshd.Port);

        Assert.Equal(PowerState.Running, await platform.GetPowerStateAsync(machine, CancellationToken.None));
        await platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);
        var endpoint = platform.GetSshEndpoint(machine);
        Assert.Equal(("127.0.0.1", sshd.Port, machine.Spec.Id), (endpoint.HostName, endpoint.Port, endpoint.HostKeyAlias));
        Assert.Null(platform.GetPlatformShell(machine));
    }

    [Fact]
    public async Task AMachineThatDoesNotAnswerIsUnknownAndCannotBeStarted()
    {
        var machine = await AdoptAsync(port: 1);

        Assert.Equal(PowerState.Unknown, await platform.GetPowerStateAsync(machine, CancellationToken.None));
        await Assert.ThrowsAsync<NotSupportedByPlatformException>(() =>
            platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None));
    }

    [Fact]
    public async Task ItIsNeverStoppedOrRemoved()
    {
        var machine = await AdoptAsync(sshd.Port);

        await Assert.ThrowsAsync<NotSupportedByPlatformException>(() => platform.StopAsync(machine, TimeSpan.Zero, CancellationToken.None));
        await platform.RemoveAsync(machine, CancellationToken.None);
        Assert.Equal(PowerState.Running, await platform.GetPowerStateAsync(machine, CancellationToken.None));
    }

    [Fact]
    public async Task AKeyThatNobodyVouchesForIsRefusedUnlessAcceptedAtFirstSight()
    {
        await Assert.ThrowsAsync<HostKeyUnknownException>(async () =>
            await platform.GetHostKeysAsync(await AdoptAsync(sshd.Port), CancellationToken.None));

        var keys = await platform.GetHostKeysAsync(await AdoptAsync(sshd.Port, ("accept-new", "true")), CancellationToken.None);

        Assert.Equal([sshd.HostKey], keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheOperatorsKnownHostsVouch(bool hashed)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "known_hosts");
        await File.WriteAllTextAsync(file, $"[127.0.0.1]:{sshd.Port} {sshd.HostKey} a comment\nother {sshd.HostKey}\n");
        if (hashed)
        {
            var result = await new ProcessRunner().RunAsync("ssh-keygen", ["-H", "-f", file], null, CancellationToken.None);
            Assert.True(result.Succeeded, result.Error);
        }

        var machine = await AdoptAsync(sshd.Port);
        var address = SshAddress.FromJson(machine.Data)! with { KnownHosts = [file] };

        var keys = await platform.GetHostKeysAsync(machine with { Data = address.ToJson() }, CancellationToken.None);

        Assert.Equal([sshd.HostKey], keys);
    }

    [Fact]
    public async Task WithNobodyThereThereIsNoKeyToAccept()
    {
        var machine = await AdoptAsync(port: 1, ("accept-new", "true"));

        await Assert.ThrowsAsync<ConnectionFailedException>(() => platform.GetHostKeysAsync(machine, CancellationToken.None));
    }

    private Task<PlatformMachine> AdoptAsync(int port, params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more)
        {
            options[name] = value;
        }

        var spec = new MachineSpec
        {
            Id = "adopted", Name = "adopted", HostName = "adopted", OwnerTag = "test", WorkspacesPath = "/opt/agentworks/workspaces", Options = options,
        };
        return platform.CreateAsync(spec, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
    }
}
