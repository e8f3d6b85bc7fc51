using Agentworks.Errors;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>What a command gets, and what comes back.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly TestMachine _machine = new();
    private MachineShell _shell = null!;

    public Task InitializeAsync()
    {
        _shell = _machine.Direct();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [Fact]
    public async Task Both_streams_and_the_exit_code_come_back_apart()
    {
        var result = await RunAsync("printf out; printf err >&2; exit 7");

        Assert.Equal(("out", "err", 7), (result.OutputText, result.ErrorText, result.ExitCode));
        Assert.Equal((3L, 3L, (int?)null, false), (result.OutputLength, result.ErrorLength, result.Signal, result.TimedOut));
    }

    [Theory]
    [InlineData("kill -9 $$", 9)]
    [InlineData("kill -15 $$", 15)]
    public async Task A_signal_is_told_as_one(string script, int signal)
    {
        var result = await RunAsync(script);

        Assert.Equal((128 + signal, (int?)signal), (result.ExitCode, result.Signal));
    }

    [Fact]
    public async Task The_environment_is_a_logins_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("AGW_TEST_LEAK", "1");

        var result = await _shell.RunAsync(
            new RemoteCommand
            {
                Script = "env",
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIVEN"] = "a=b\nc", ["LANG"] = "C" },
            },
            CancellationToken.None);

        var text = result.OutputText;
        Assert.Contains("GIVEN=a=b\nc\n", text, StringComparison.Ordinal);
        Assert.Contains("LANG=C\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("AGW_TEST_LEAK", text, StringComparison.Ordinal);
        var names = text.Replace("a=b\nc", string.Empty, StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["GIVEN", "HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "USER"], names);
    }

    [Fact]
    public async Task It_runs_in_the_given_folder_or_at_home()
    {
        var there = await _shell.RunAsync(new RemoteCommand { Script = "pwd", WorkingDirectory = _machine.Folder }, CancellationToken.None);
        var home = await RunAsync("[ \"$PWD\" = \"$HOME\" ]");

        Assert.Equal(_machine.Folder, there.OutputText.Trim());
        Assert.Equal(0, home.ExitCode);
    }

    [Fact]
    public async Task A_missing_folder_and_an_unknown_user_are_errors_of_the_command_not_of_the_channel()
    {
        await Assert.ThrowsAsync<RemoteCommandException>(() =>
            _shell.RunAsync(new RemoteCommand { Script = "true", WorkingDirectory = "/no/such/folder" }, CancellationToken.None));
        await Assert.ThrowsAsync<RemoteCommandException>(() =>
            _shell.RunAsync(new RemoteCommand { Script = "true", User = "no-such-user" }, CancellationToken.None));

        Assert.True((await RunAsync("true")).Succeeded);
    }

    [Fact]
    public async Task Nothing_of_the_channel_is_left_open_in_a_command()
    {
        // Descriptors that this test run itself was started with are not the channel's.
        var own = Directory.GetFiles("/proc/self/fd").Length;
        var result = await RunAsync("for f in /proc/$$/fd/*; do readlink $f; done");

        var kinds = result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(own > 0);
        Assert.DoesNotContain(kinds, target => target.Contains("socket:", StringComparison.Ordinal) || target.Contains("pidfd", StringComparison.Ordinal));
        Assert.DoesNotContain(kinds, target => target.Contains(".agw-", StringComparison.Ordinal) && kinds.Count(k => k == target) > 1);
    }

    [Fact]
    public async Task Standard_streams_can_be_opened_by_path()
    {
        var result = await RunAsync("echo a >/dev/stdout; echo b >/dev/stderr");

        Assert.Equal(("a\n", "b\n"), (result.OutputText, result.ErrorText));
    }

    [Fact]
    public async Task A_hundred_commands_run_at_once_and_keep_their_answers_apart()
    {
        // None can end before all have started.
        var gate = _machine.PathOf("gate");
        Directory.CreateDirectory(gate);
        const string Script = "touch \"$1/$2\"; until [ $(ls \"$1\" | wc -l) -ge 100 ]; do sleep 0.05; done; echo \"$2\"";

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            _shell.RunAsync(new RemoteCommand { Script = Script, Arguments = [gate, $"{i}"] }, CancellationToken.None)));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}\n"), results.Select(r => r.OutputText));
    }

    [Fact]
    public async Task More_commands_than_the_machine_takes_at_once_wait_their_turn()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 450).Select(i => RunAsync($"echo {i}; sleep 0.2")));

        Assert.Equal(Enumerable.Range(0, 450).Select(i => $"{i}\n"), results.Select(r => r.OutputText));
    }

    [Fact]
    public async Task A_background_process_that_keeps_the_output_does_not_keep_the_result()
    {
        var result = await RunAsync("sleep 60 & echo $!");

        var pid = int.Parse(result.OutputText.Trim(), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            Assert.True(Directory.Exists($"/proc/{pid}"));
        }
        finally
        {
            await RunAsync($"kill {pid}");
        }
    }

    [Fact]
    public async Task A_background_process_that_never_stops_writing_does_not_keep_the_result()
    {
        var result = await RunAsync("yes >&2 & echo $!");

        await RunAsync($"kill {result.OutputText.Trim()}");
        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Questions_are_answered_by_the_channels_own_process()
    {
        var first = await _shell.EvaluateAsync("return \"$$ \" . join('|', @_)", ["a b", "", "ü\n"], CancellationToken.None);
        var second = await _shell.EvaluateAsync("return $$", [], CancellationToken.None);

        Assert.Equal($"{second} a b||ü\n", first);
        await Assert.ThrowsAsync<RemoteCommandException>(() => _shell.EvaluateAsync("die 'no'", [], CancellationToken.None));
        await Assert.ThrowsAsync<RemoteCommandException>(() => _shell.EvaluateAsync("this is no perl (", [], CancellationToken.None));
        Assert.Equal(second, await _shell.EvaluateAsync("return $$", [], CancellationToken.None));
    }

    [Fact]
    public async Task An_operation_id_runs_once()
    {
        var log = _machine.PathOf("log");
        var command = new RemoteCommand
        {
            Script = "echo line >>\"$1\"; echo out; echo err >&2; exit 5",
            Arguments = [log],
            OperationId = "op-1",
        };

        var first = await _shell.RunAsync(command, CancellationToken.None);
        await using var other = _machine.Direct();
        var second = await other.RunAsync(command, CancellationToken.None);

        Assert.Equal("line\n", await File.ReadAllTextAsync(log));
        Assert.False(first.Replayed);
        Assert.True(second.Replayed);
        Assert.Equal((5, "out\n", "err\n", 4L, 4L), (second.ExitCode, second.OutputText, second.ErrorText, second.OutputLength, second.ErrorLength));
    }

    [Fact]
    public async Task An_operation_that_runs_is_waited_for_by_whoever_asks_again()
    {
        var log = _machine.PathOf("log");
        var go = _machine.PathOf("go");
        var command = new RemoteCommand
        {
            Script = "echo line >>\"$1\"; until [ -e \"$2\" ]; do sleep 0.02; done; echo done",
            Arguments = [log, go],
            OperationId = "op-2",
        };
        await using var other = _machine.Direct();

        var first = _shell.RunAsync(command, CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(log));
        var second = other.RunAsync(command, CancellationToken.None);
        await other.EvaluateAsync("1", [], CancellationToken.None);
        await File.WriteAllTextAsync(go, string.Empty);

        Assert.Equal("done\n", (await first).OutputText);
        Assert.Equal("done\n", (await second).OutputText);
        Assert.Equal("line\n", await File.ReadAllTextAsync(log));
    }

    // Whoever fills a disk must not lock out the operator, who would stop them.
    [RootFact]
    public async Task An_operation_runs_once_also_when_the_disk_is_full()
    {
        var id = Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(_machine.Operations);
        var runner = new ProcessRunner();
        Assert.True((await runner.RunAsync("mount", ["-t", "tmpfs", "-o", "nr_inodes=1", "tmpfs", _machine.Operations], null, CancellationToken.None)).Succeeded);
        try
        {
            var log = _machine.PathOf("log");
            var command = new RemoteCommand { Script = "echo line >>\"$1\"; echo out; exit 5", Arguments = [log], OperationId = id };
            var first = await _shell.RunAsync(command, CancellationToken.None);
            await using var other = _machine.Direct();
            var second = await other.RunAsync(command, CancellationToken.None);
            Assert.Equal((5, "out\n", false), (first.ExitCode, first.OutputText, first.Replayed));
            Assert.Equal((5, "out\n", true), (second.ExitCode, second.OutputText, second.Replayed));
            Assert.Equal("line\n", await File.ReadAllTextAsync(log));
        }
        finally
        {
            await runner.RunAsync("umount", [_machine.Operations], null, CancellationToken.None);
            File.Delete("/run/agentworks/ops/" + id);
        }
    }

    [Fact]
    public async Task An_operation_whose_server_died_is_told_as_unknown()
    {
        var log = _machine.PathOf("log");
        var command = new RemoteCommand { Script = "echo line >>\"$1\"; sleep 60", Arguments = [log], OperationId = "op-3" };
        var server = await _shell.EvaluateAsync("return $$", [], CancellationToken.None);

        var running = _shell.RunAsync(command, CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(log));
        var orphan = Processes.ChildrenOf(int.Parse(server, System.Globalization.CultureInfo.InvariantCulture)).Single();
        Processes.Kill(int.Parse(server, System.Globalization.CultureInfo.InvariantCulture));

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => running);
        Processes.KillGroup(orphan);
        Assert.Equal("line\n", await File.ReadAllTextAsync(log));
    }

    private Task<RemoteResult> RunAsync(string script) => _shell.RunAsync(new RemoteCommand { Script = script }, CancellationToken.None);
}
