using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Transport;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A Debian machine that somebody else made and owns, reached by ssh: adopted, used, and given back.</summary>
public sealed class AdoptTests : IAsyncLifetime, IResourceJournal
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private readonly NspawnPlatform _platform = new(new ProcessRunner(), TimeProvider.System);
    private TestHome? _home;
    private PlatformMachine? _machine;
    private TcpForward? _forward;
    private string _key = string.Empty;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        _home = await TestHome.CreateAsync();
        _key = Path.Combine(_home.Path, "owner-key");
        Assert.True((await new ProcessRunner().RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", string.Empty, "-f", _key], null, CancellationToken.None)).Succeeded);
        var spec = new MachineSpec
        {
            Id = Identifier.New(),
            Name = "foreign",
            HostName = "foreign",
            OwnerTag = "somebody-else",
            DiskGiB = 2,
            WorkspacesPath = "/opt/agentworks/workspaces",
        };
        _machine = await _platform.CreateAsync(spec, this, Quiet, CancellationToken.None);
        await _platform.StartAsync(_machine, Quiet, CancellationToken.None);
        await RunOnMachineAsync("""
            useradd --create-home --shell /bin/bash --password '*' owner
            echo 'owner ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/owner
            install -d -o owner -m 0700 /home/owner/.ssh
            cat > /home/owner/.ssh/authorized_keys
            chown owner /home/owner/.ssh/authorized_keys
            """, await File.ReadAllTextAsync(_key + ".pub"));

        // As a program that carries the bytes.
        _forward = new TcpForward(_platform.GetSshEndpoint(_machine).ProxyCommand!.Replace(" '-F' ", " ", StringComparison.Ordinal));
    }

    public async Task DisposeAsync()
    {
        if (_home is null)
        {
            return;
        }

        if (_forward is not null)
        {
            await _forward.DisposeAsync();
        }

        if (_machine is not null)
        {
            await _platform.RemoveAsync(_machine, CancellationToken.None);
        }

        Directory.Delete(_home.Path, recursive: true);
    }

    public Task RecordAsync(string step, CancellationToken cancellationToken) => Task.CompletedTask;

    [MachineFact]
    public async Task AnAdoptedMachineWorksAndIsGivenBackAsItWas()
    {
        const string Traces = "getent passwd | cut -d: -f1 | sort; getent group | cut -d: -f1 | sort; ls -d /etc/agentworks /usr/lib/agentworks /var/lib/agentworks /var/log/agentworks /run/agentworks /etc/sudoers.d/* /etc/ssh/sshd_config.d/* /etc/systemd/system/agentworks* /etc/profile.d/* /opt/agentworks 2>/dev/null; cat /etc/zsh/zprofile /etc/fstab";
        var before = await RunOnMachineAsync(Traces);
        await using var engine = AgentworksEngine.Open(TestOptions.For(_home!.Path));
        var request = new NewVm
        {
            Name = "adopted",
            Platform = "ssh",
            Address = "127.0.0.1",
            Port = _forward!.Port,
            LoginUser = "owner",
            LoginKey = _key,
        };
        await Assert.ThrowsAsync<HostKeyUnknownException>(() => engine.Vms.CreateAsync(request, Quiet, CancellationToken.None));
        var vm = await engine.Vms.CreateAsync(request with { AcceptNewHostKey = true }, Quiet, CancellationToken.None);
        Assert.Equal(LifecycleState.Ready, vm.State);
        Assert.Equal(0, (await engine.Vms.InitializeAsync("adopted", Quiet, CancellationToken.None)).Changed);

        await engine.Workspaces.CreateAsync(new NewWorkspace { Name = "w" }, Quiet, CancellationToken.None);
        await engine.Agents.CreateAsync(new NewAgent { Name = "a", Workspaces = ["w"] }, Quiet, CancellationToken.None);
        var session = await engine.Sessions.CreateAsync(new NewSession { Name = "s", Workspace = "w", Agent = "a", Command = "sleep 1000" }, Quiet, CancellationToken.None);
        Assert.Equal(SessionStatus.Running, session.Status);
        Assert.Equal("foreign\n", (await MachineFixture.RunAsync(engine, "hostname", "a", "w")).Output);
        await Assert.ThrowsAsync<NotSupportedByPlatformException>(() => engine.Vms.StopAsync("adopted", TimeSpan.FromSeconds(5), Quiet, CancellationToken.None));

        await Assert.ThrowsAsync<HasDependentsException>(() => engine.Vms.RemoveAsync("adopted", cascade: false, Quiet, CancellationToken.None));
        await engine.Vms.RemoveAsync("adopted", cascade: true, Quiet, CancellationToken.None);
        Assert.Empty(engine.Vms.List());
        await Eventually.BecomesAsync(async () => await RunOnMachineAsync(Traces) == before, "nothing of ours is left on the machine");
    }

    private async Task<string> RunOnMachineAsync(string script, string input = "")
    {
        await using var shell = new MachineShell(_platform.GetPlatformShell(_machine!)!);
        var result = await shell.RequireAsync(new RemoteCommand { Script = script, Input = input.ToInput() }, "the test's script", CancellationToken.None);
        return result.OutputText;
    }
}
