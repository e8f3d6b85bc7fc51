using System.Diagnostics;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Ports;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>The channel over a real ssh to a real sshd.</summary>
public sealed class SshTests : IAsyncLifetime
{
    private const string Id = "vm-0001";
    private readonly TestMachine _machine = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private LoopbackSshd _sshd = null!;
    private KnownHosts _knownHosts = null!;
    private SshCommandBuilder _ssh = null!;

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        _sshd = await LoopbackSshd.StartAsync();
        _knownHosts = new KnownHosts(_machine.PathOf("known hosts 100%"));
        await _knownHosts.PinAsync(Id, [_sshd.HostKey], CancellationToken.None);
        _ssh = new SshCommandBuilder(_knownHosts.Path);
    }

    public async Task DisposeAsync()
    {
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await _machine.DisposeAsync();
        if (_sshd is not null)
        {
            await _sshd.DisposeAsync();
        }
    }

    [RootFact]
    public async Task Commands_data_and_exit_codes_pass()
    {
        var shell = Shell(_sshd.Port);
        var bytes = RandomNumberGenerator.GetBytes(5 << 20);

        var echoed = await shell.RunAsync(new RemoteCommand { Script = "cat", Input = new MemoryStream(bytes) }, CancellationToken.None);
        var failed = await shell.RunAsync(new RemoteCommand { Script = "echo no >&2; exit 9" }, CancellationToken.None);

        Assert.True(echoed.Output.Span.SequenceEqual(bytes));
        Assert.Equal((9, "no\n"), (failed.ExitCode, failed.ErrorText));
    }

    [RootFact]
    public async Task An_operation_cut_at_random_bytes_of_the_encrypted_connection_runs_exactly_once()
    {
        await using var undisturbed = new DelayProxy(_sshd.Port);
        await Shell(undisturbed.Port).RunAsync(Append("undisturbed"), CancellationToken.None);
        var random = new Random(11);
        for (var i = 0; i < 16; i++)
        {
            await using var proxy = new DelayProxy(_sshd.Port) { CutByReset = i % 4 == 3 };
            if (i % 2 == 0)
            {
                proxy.CutAfterSent = random.NextInt64(undisturbed.SentBytes - 3000, undisturbed.SentBytes);
            }
            else
            {
                proxy.CutAfterReceived = random.NextInt64(undisturbed.ReceivedBytes - 600, undisturbed.ReceivedBytes);
            }

            var log = $"log-{i}";
            await using var shell = Shell(proxy.Port);
            var result = await TestMachine.RetryIfItNeverRanAsync(shell, Append(log));

            Assert.Equal(3, result.ExitCode);
            Assert.Equal("line\n", await File.ReadAllTextAsync(_machine.PathOf(log)));
        }
    }

    [RootFact]
    public async Task A_swapped_host_key_is_refused_and_nothing_is_sent()
    {
        await _sshd.RebuildAsync();
        var shell = Shell(_sshd.Port);

        await Assert.ThrowsAsync<HostKeyChangedException>(() => shell.RunAsync(Append("log"), CancellationToken.None));

        Assert.DoesNotContain("Accepted", _sshd.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.PathOf("log")));
    }

    [RootFact]
    public async Task A_host_key_swapped_under_way_is_refused_as_well()
    {
        await using var proxy = new DelayProxy(_sshd.Port);
        var shell = Shell(proxy.Port);
        await shell.EvaluateAsync("1", [], CancellationToken.None);

        await _sshd.RebuildAsync();

        await Assert.ThrowsAsync<HostKeyChangedException>(() => shell.EvaluateAsync("1", [], CancellationToken.None));
    }

    [RootFact]
    public async Task A_machine_rebuilt_under_its_own_id_on_the_same_address_raises_no_alarm()
    {
        await _sshd.RebuildAsync();
        await _knownHosts.PinAsync("vm-0002", [_sshd.HostKey], CancellationToken.None);

        Assert.True((await Shell(_sshd.Port, id: "vm-0002").RunAsync(new RemoteCommand { Script = "true" }, CancellationToken.None)).Succeeded);
    }

    [RootFact]
    public async Task An_unknown_host_key_is_refused_unless_the_operator_asked_for_trust_at_first_sight()
    {
        var command = new RemoteCommand { Script = "true" };
        await Assert.ThrowsAsync<HostKeyChangedException>(() => Shell(_sshd.Port, id: "new").RunAsync(command, CancellationToken.None));
        Assert.Empty(_knownHosts.Find("new"));

        var trusting = Own(new MachineShell(_ssh.Channel(Endpoint(_sshd.Port, "new"), "new", "root", _sshd.ClientKey, sudo: false, acceptNewHostKey: true)));
        Assert.True((await trusting.RunAsync(command, CancellationToken.None)).Succeeded);

        Assert.Equal(_sshd.HostKey.Split(' ')[1], _knownHosts.Find("new").Single().Split(' ')[1]);
        Assert.True((await Shell(_sshd.Port, id: "new").RunAsync(command, CancellationToken.None)).Succeeded);
    }

    [RootFact]
    public async Task A_key_that_is_not_let_in_is_told_as_such()
    {
        var stranger = await new OperatorKey(_machine.PathOf("stranger"), new ProcessRunner()).GetAsync(null, CancellationToken.None);
        var shell = Own(new MachineShell(_ssh.Channel(Endpoint(_sshd.Port, Id), "m", "root", stranger.PrivatePath, sudo: false)));

        await Assert.ThrowsAsync<LoginFailedException>(() => shell.RunAsync(new RemoteCommand { Script = "true" }, CancellationToken.None));
    }

    [RootFact]
    public async Task Nobody_there_is_a_failed_connection_and_nothing_else()
    {
        await using var proxy = new DelayProxy(_sshd.Port);
        proxy.Stall();
        var closed = Shell(1);
        var unnamed = Own(new MachineShell(_ssh.Channel(Endpoint(22, Id) with { HostName = "no-such-host.invalid" }, "m", "root", null, sudo: false)));
        var silent = Own(new MachineShell(
            _ssh.Channel(Endpoint(proxy.Port, Id), "m", "root", _sshd.ClientKey, sudo: false),
            new ChannelOptions { ConnectTimeout = TimeSpan.FromSeconds(1), OperationsFolder = _machine.Operations }));

        foreach (var shell in new[] { closed, unnamed, silent })
        {
            await Assert.ThrowsAsync<ConnectionFailedException>(() => shell.RunAsync(new RemoteCommand { Script = "true" }, CancellationToken.None));
            await Assert.ThrowsAsync<ConnectionFailedException>(() => shell.RunAsync(Append("log"), CancellationToken.None));
        }

        Assert.False(File.Exists(_machine.PathOf("log")));
    }

    [RootFact]
    public async Task Noise_of_a_login_shell_does_no_harm()
    {
        using var user = new TemporaryUser();
        await File.WriteAllTextAsync(user.Home + "/.bashrc", "echo welcome; head -c 100000 /dev/urandom; echo oops >&2\n");
        await (await RunLocalAsync("usermod", "-s", "/bin/bash", user.Name)).WaitForExitAsync();
        var shell = Own(new MachineShell(_ssh.Channel(Endpoint(_sshd.Port, Id), "m", user.Name, _sshd.ClientKey, sudo: false)));

        var result = await shell.RunAsync(new RemoteCommand { Script = "echo clean", User = user.Name }, CancellationToken.None);

        Assert.Equal("clean\n", result.OutputText);
    }

    [RootFact]
    public async Task A_login_that_may_use_sudo_gives_root_and_one_that_may_not_is_told_as_such()
    {
        using var user = new TemporaryUser();
        var rule = "/etc/sudoers.d/" + user.Name;
        var command = _ssh.Channel(Endpoint(_sshd.Port, Id), "m", user.Name, _sshd.ClientKey, sudo: true);
        await Assert.ThrowsAsync<LoginFailedException>(() =>
            Own(new MachineShell(command)).RunAsync(new RemoteCommand { Script = "id -un" }, CancellationToken.None));
        try
        {
            await File.WriteAllTextAsync(rule, $"{user.Name} ALL=(ALL) NOPASSWD: ALL\n");
            File.SetUnixFileMode(rule, (UnixFileMode)Convert.ToInt32("440", 8));
            var shell = Own(new MachineShell(command));

            Assert.Equal("root\n", (await shell.RunAsync(new RemoteCommand { Script = "id -un" }, CancellationToken.None)).OutputText);
            Assert.Equal($"{user.Name}\n", (await shell.RunAsync(new RemoteCommand { Script = "id -un", User = user.Name }, CancellationToken.None)).OutputText);
            await shell.DisposeAsync();
        }
        finally
        {
            File.Delete(rule);
        }
    }

    [RootFact]
    public async Task No_secret_is_in_any_argument_list_while_it_is_in_use()
    {
        var canary = "canary-" + Guid.NewGuid().ToString("N");
        var ready = _machine.PathOf("ready");
        var go = _machine.PathOf("go");
        var shell = Shell(_sshd.Port);
        var running = shell.RunAsync(
            new RemoteCommand
            {
                Script = $": {canary}\n" + "read line; [ \"$line\" = \"$3\" ] && [ \"$SECRET\" = \"$3\" ] && touch \"$1\"; until [ -e \"$2\" ]; do sleep 0.02; done",
                Arguments = [ready, go, canary],
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SECRET"] = canary },
                Input = (canary + "\n").ToInput(),
            },
            CancellationToken.None);
        while (!File.Exists(ready))
        {
            // What failed will never be ready.
            if (running.IsCompleted)
            {
                Assert.Fail((await running).ErrorText);
            }

            Assert.False(Processes.AnyArgumentHolds(canary));
        }

        Assert.False(Processes.AnyArgumentHolds(canary));
        await File.WriteAllTextAsync(go, string.Empty);
        Assert.True((await running).Succeeded);
    }

    [RootFact]
    public async Task An_interactive_command_passes_its_arguments_literally()
    {
        string[] texts = ["a b", "$HOME", "`id`", "'", "\"", "-n", "*", ";exit 3", "\\", string.Empty];
        var command = _ssh.Interactive(Endpoint(_sshd.Port, Id), "root", _sshd.ClientKey, ["printf", "[%s]", .. texts]);

        using var process = Process.Start(new ProcessStartInfo(command.FileName, command.Arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(string.Concat(texts.Select(text => $"[{text}]")), output);
        Assert.Equal(0, process.ExitCode);
    }

    [RootFact]
    public async Task What_would_weaken_or_break_a_channel_is_overridden_in_the_operators_own_configuration()
    {
        var operators = _machine.PathOf("operators_config");
        await File.WriteAllTextAsync(
            operators,
            """
            Host *
              ControlMaster auto
              ControlPath /tmp/%C
              StrictHostKeyChecking no
              UserKnownHostsFile /dev/null
              ForwardAgent yes
              ForwardX11 yes
              RemoteCommand uptime
              LocalForward 1234 localhost:22
              PermitLocalCommand yes
              LocalCommand id
              User somebody
              ServerAliveInterval 0
              UpdateHostKeys yes
            """);
        var channel = _ssh.Channel(Endpoint(_sshd.Port, Id), "m", "root", _sshd.ClientKey, sudo: false);

        var effective = await new ProcessRunner().RunAsync("ssh", ["-G", "-F", operators, .. channel.Arguments], null, CancellationToken.None);

        var lines = effective.Output.Split('\n');
        Assert.Contains("stricthostkeychecking true", lines);
        Assert.Contains("controlmaster false", lines);
        Assert.Contains("forwardagent no", lines);
        Assert.Contains("forwardx11 no", lines);
        Assert.Contains("batchmode yes", lines);
        Assert.Contains("user root", lines);
        Assert.Contains("serveraliveinterval 15", lines);
        Assert.Contains("updatehostkeys false", lines);
        Assert.Contains("permitlocalcommand no", lines);
        Assert.Contains("identitiesonly yes", lines);
        Assert.Contains("clearallforwardings yes", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("controlpath ", StringComparison.Ordinal) || line.StartsWith("remotecommand ", StringComparison.Ordinal));
    }

    private static SshEndpoint Endpoint(int port, string id) => new("127.0.0.1", port, id);

    private static Task<Process> RunLocalAsync(string program, params string[] arguments) => Task.FromResult(Process.Start("/usr/sbin/" + program, arguments));

    private MachineShell Shell(int port, string id = Id) => Own(new MachineShell(
        _ssh.Channel(Endpoint(port, id), "m", "root", _sshd.ClientKey, sudo: false),
        new ChannelOptions { OperationsFolder = _machine.Operations }));

    private RemoteCommand Append(string log) => new()
    {
        Script = "echo line >>\"$1\"; exit 3",
        Arguments = [_machine.PathOf(log)],
        OperationId = Guid.NewGuid().ToString("N"),
        OnDisconnect = DisconnectAction.Finish,
    };

    private MachineShell Own(MachineShell shell)
    {
        _owned.Add(shell);
        return shell;
    }
}
