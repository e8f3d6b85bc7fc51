using System.Net.Sockets;
using System.Net;
using Agentworks.Platforms.Nspawn;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.Transport;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>What works, and what must not, in a running machine. One machine serves all tests.</summary>
public sealed class NspawnInsideTests(NspawnInsideTests.OneMachine one) : IClassFixture<NspawnInsideTests.OneMachine>
{
    private const string Canary = "AGW_PLATFORM_TEST_CANARY";

    [MachineFact]
    public async Task SshReachesItThroughTheProxyCommandWithTheKeyPinnedBeforehand()
    {
        using var folder = new TemporaryFolder();
        var key = Path.Combine(folder.Path, "key");
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        var line = (await File.ReadAllTextAsync(key + ".pub")).Trim();
        await ReadAsync($"install -d -m 0700 /root/.ssh && echo '{line}' > /root/.ssh/authorized_keys");

        var answer = await SshAsync(folder, key, await HostKeysAsync(), "cat /etc/machine-id");
        Assert.Equal(await ReadAsync("cat /etc/machine-id"), answer.Output.Trim());

        // Another key under the same alias is refused before anything is sent.
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder.Path, "other"));
        var other = (await File.ReadAllTextAsync(Path.Combine(folder.Path, "other.pub"))).Split(' ');
        var refused = await SshAsync(folder, key, [$"{other[0]} {other[1]}"], "touch /root/reached");
        Assert.False(refused.Succeeded);
        Assert.Equal("none", await ReadAsync("test -e /root/reached || echo none"));
    }

    [MachineFact]
    public async Task NothingOfTheOperatorsShellRunsOnTheWay()
    {
        using var folder = new TemporaryFolder();
        var key = Path.Combine(folder.Path, "key");
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        await ReadAsync($"install -d -m 0700 /root/.ssh && echo '{(await File.ReadAllTextAsync(key + ".pub")).Trim()}' > /root/.ssh/authorized_keys");
        var endpoint = one.Machines.Platform.GetSshEndpoint(one.Machine);
        var known = Path.Combine(folder.Path, "known_hosts");
        await File.WriteAllLinesAsync(known, (await HostKeysAsync()).Select(k => $"{endpoint.HostKeyAlias} {k}"));

        // As bash does what it says for a login over a socket.
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ".bashrc"), "touch ~/ran\n");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HOME"] = folder.Path, ["SHELL"] = "/bin/bash", ["SHLVL"] = null };
        var command = new SshCommandBuilder(known).Channel(endpoint, "one", "root", key, sudo: false);
        var result = await one.Machines.Processes.RunAsync(
            command.FileName, [.. command.Arguments, "hostname"], new ProcessOptions(Timeout: TimeSpan.FromMinutes(2), Environment: environment), CancellationToken.None);

        Assert.Equal(await ReadAsync("hostname"), result.Output.Trim());
        Assert.False(File.Exists(Path.Combine(folder.Path, "ran")));
    }

    [MachineFact]
    public async Task TheShellIsTheMachinesOwnRootAndKnowsNothingOfThisComputersEnvironment()
    {
        Environment.SetEnvironmentVariable(Canary, "secret");

        Assert.Equal("0 / /root", await ReadAsync("echo $(id -u) $(pwd) $HOME"));
        Assert.DoesNotContain(Canary, await ReadAsync("env"), StringComparison.Ordinal);
        Assert.Equal(await ReadAsync("grep ^CapBnd /proc/1/status"), await ReadAsync("grep ^CapBnd /proc/self/status"));
        Assert.Equal(await ReadAsync("grep ^CapEff /proc/1/status"), await ReadAsync("grep ^CapEff /proc/self/status"));
        Assert.Contains("/init.scope", await ReadAsync("cat /proc/self/cgroup"), StringComparison.Ordinal);
        Assert.DoesNotContain("..", await ReadAsync("grep -E '^0::|systemd' /proc/self/cgroup"), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task TheBackgroundProgramsInheritNothingOfThisEnvironment()
    {
        Environment.SetEnvironmentVariable(Canary, "secret");
        var machine = await one.Machines.StartNewAsync("env");
        var paths = one.Machines.PathsOf(machine);

        string[] files = [paths.Run, paths.NetworkRun];
        foreach (var process in files.Select(f => HostProcess.Read(f)!))
        {
            Assert.DoesNotContain(Canary, await File.ReadAllTextAsync($"/proc/{process.Pid}/environ"), StringComparison.Ordinal);
        }
    }

    [MachineFact]
    public async Task StoppingAUnitKillsAllItsProcesses()
    {
        await ReadAsync("""
            printf '[Service]\nExecStart=/bin/sh -c "setsid sleep 3001 & setsid sh -c \\"sleep 3002 & sleep 3003\\" & exec sleep 3004"\n' \
              > /etc/systemd/system/many@.service
            systemctl start many@a
            until [ "$(pgrep -cx -f 'sleep 300[1-4]')" = 4 ]; do :; done
            systemctl stop many@a
            """);

        Assert.Equal("0", await ReadAsync("pgrep -cx -f 'sleep 300[1-4]' || true"));
        Assert.Equal("inactive", await ReadAsync("systemctl is-active many@a || true"));
    }

    [MachineFact]
    public async Task AUserManagerLingersAndRunsUnits()
    {
        await ReadAsync("useradd -m -p '*' lingerer && loginctl enable-linger lingerer");

        var answer = await ReadAsync("""
            until [ -S /run/user/$(id -u lingerer)/bus ]; do sleep 0.01; done
            setpriv --reuid lingerer --regid lingerer --init-groups env XDG_RUNTIME_DIR=/run/user/$(id -u lingerer) \
              systemd-run --user --wait --pipe --quiet id -un
            """);

        Assert.Equal("lingerer", answer);
    }

    [MachineFact]
    public async Task RootMakesAndRemovesSubvolumesInTheStoreAndUsersPassThrough()
    {
        await ReadAsync("""
            cd /opt/agentworks/workspaces && btrfs -q subvolume create s1 && echo one > s1/f && btrfs -q subvolume snapshot s1 s2 \
              && echo two > s2/f && cat s1/f && btrfs -q subvolume delete s1 s2 && test ! -e s1
            """);

        Assert.Equal("711 root btrfs", await ReadAsync("echo $(stat -c '%a %U' /opt/agentworks/workspaces) $(stat -f -c %T /opt/agentworks/workspaces)"));
        Assert.Equal("acl", await ReadAsync("cd /opt/agentworks/workspaces && mkdir a && setfacl -d -m o::--- a && getfacl a | grep -q default:other::--- && echo acl"));
    }

    [MachineFact]
    public async Task HidingProcessesInsideLeavesThisComputersProcAlone()
    {
        var before = await File.ReadAllTextAsync("/proc/self/mountinfo");
        await ReadAsync("mount -o remount,hidepid=2 /proc && useradd -m -p '*' curious");

        Assert.Equal("hidden", await ReadAsync("setpriv --reuid curious --regid curious --init-groups test -e /proc/1 || echo hidden"));
        Assert.Equal(ProcLine(before), ProcLine(await File.ReadAllTextAsync("/proc/self/mountinfo")));
    }

    [MachineFact]
    public async Task ItReachesTheInternetButNotThisComputersLoopback()
    {
        Assert.Contains("Reading package lists", await ReadAsync("apt-get -o Acquire::Retries=5 -o APT::Update::Error-Mode=any update"), StringComparison.Ordinal);

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using (var control = new TcpClient())
        {
            await control.ConnectAsync(IPAddress.Loopback, port);
        }

        string[] addresses = ["10.0.2.2", "127.0.0.1"];
        foreach (var address in addresses)
        {
            Assert.Equal("refused", await ReadAsync($"timeout 5 bash -c ': < /dev/tcp/{address}/{port}' 2>/dev/null || echo refused"));
        }
    }

    [MachineFact]
    public async Task ItMayHaveAFirewallOfItsOwn()
    {
        await ReadAsync("nft add table inet own && nft delete table inet own");
    }

    [MachineFact]
    public async Task StartingAMachineLeavesOtherNamespacesAlone()
    {
        var name = "agwother" + Environment.ProcessId;
        await RunAsync("ip", "netns", "add", name);
        try
        {
            await one.Machines.StartNewAsync("neighbour");
            Assert.True(MountTable.IsMounted("/run/netns/" + name));
        }
        finally
        {
            await RunAsync("ip", "netns", "delete", name);
        }
    }

    [MachineFact]
    public async Task TheConsoleLogIsBoundedAndTheMachineGoesOn()
    {
        await ReadAsync("head -c 3000000 /dev/zero | tr '\\0' x > /dev/console");

        Assert.InRange(new FileInfo(one.Machines.PathsOf(one.Machine).Console).Length, 1, 1024 * 1024);
        Assert.Equal("alive", await ReadAsync("echo alive"));
    }

    private static string ProcLine(string mountinfo) => mountinfo.Split('\n').First(l => l.Contains(" /proc ", StringComparison.Ordinal));

    private Task<string> ReadAsync(string commandLine) => one.Machines.ReadAsync(one.Machine, commandLine);

    private async Task<IReadOnlyList<string>> HostKeysAsync() =>
        (await one.Machines.Platform.GetHostKeysAsync(one.Machine, CancellationToken.None))!;

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await one.Machines.Processes.RunAsync(program, arguments, null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
    }

    private async Task<ProcessResult> SshAsync(TemporaryFolder folder, string key, IReadOnlyList<string> hostKeys, string commandLine)
    {
        var endpoint = one.Machines.Platform.GetSshEndpoint(one.Machine);
        var known = Path.Combine(folder.Path, "known_hosts");
        await File.WriteAllLinesAsync(known, hostKeys.Select(k => $"{endpoint.HostKeyAlias} {k}"));
        string[] options =
        [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=" + known, "HostKeyAlias=" + endpoint.HostKeyAlias,
            "IdentityFile=" + key, "IdentitiesOnly=yes", "ProxyCommand=" + endpoint.ProxyCommand, .. endpoint.ExtraOptions!,
        ];
        return await one.Machines.Processes.RunAsync(
            "ssh",
            ["-F", "none", .. options.SelectMany(o => new[] { "-o", o }), "root@" + endpoint.HostName, commandLine],
            new ProcessOptions(Timeout: TimeSpan.FromSeconds(30)),
            CancellationToken.None);
    }

    public sealed class OneMachine : IAsyncLifetime
    {
        public NspawnFixture Machines { get; } = new();
        public PlatformMachine Machine { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (new MachineFactAttribute().Skip is not null)
            {
                return;
            }

            await Machines.InitializeAsync();
            Machine = await Machines.StartNewAsync("inside");
        }

        public Task DisposeAsync() => Machines.DisposeAsync();
    }
}
