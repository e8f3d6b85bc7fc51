using System.Diagnostics;
using System.Globalization;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Timeouts, cancellation, and what becomes of commands whose client goes away.</summary>
public sealed class EndingTests : IAsyncLifetime
{
    // A leader, a child, and a grandchild that is no longer its child; they write their process ids and wait.
    private const string Family =
        """
        sh -c 'sleep 300 & echo $! >>"$0"; wait' "$1" &
        sh -c 'echo $$ >>"$0"; exec sleep 300' "$1" &
        echo $$ >>"$1"
        wait
        """;

    // Long enough for what is to be cut short to have begun.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    private readonly TestMachine _machine = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [Fact]
    public async Task A_timeout_ends_the_whole_process_group()
    {
        var shell = _machine.Direct();
        var result = await shell.RunAsync(
            new RemoteCommand { Script = Family, Arguments = [_machine.PathOf("pids")], Timeout = Short }, CancellationToken.None);

        Assert.True(result.TimedOut);
        Assert.False(result.Succeeded);
        Assert.Equal(3, Pids().Count);
        Assert.DoesNotContain(Pids(), Processes.IsAlive);
    }

    [Fact]
    public async Task Those_who_ignore_the_polite_signal_are_killed()
    {
        var shell = _machine.Direct();
        var result = await shell.RunAsync(
            new RemoteCommand
            {
                Script = "trap '' TERM; sleep 300 & echo $! >>\"$1\"; echo $$ >>\"$1\"; while :; do wait; done",
                Arguments = [_machine.PathOf("pids")],
                Timeout = Short,
            },
            CancellationToken.None);

        Assert.Equal((true, (int?)9), (result.TimedOut, result.Signal));

        // All are killed, but only the leader's end was waited for.
        Assert.Equal(2, Pids().Count);
        await Wait.UntilAsync(() => !Pids().Any(Processes.IsAlive));
    }

    [Fact]
    public async Task Output_before_a_timeout_is_kept()
    {
        var shell = _machine.Direct();
        var result = await shell.RunAsync(
            new RemoteCommand { Script = "echo before; sleep 300", Timeout = Short }, CancellationToken.None);

        Assert.Equal((true, "before\n"), (result.TimedOut, result.OutputText));
    }

    [Fact]
    public async Task Cancelling_ends_the_process_group_and_leaves_the_channel_usable()
    {
        var shell = _machine.Direct();
        using var cancel = new CancellationTokenSource();
        var running = shell.RunAsync(new RemoteCommand { Script = Family, Arguments = [_machine.PathOf("pids")] }, cancel.Token);
        await Wait.UntilAsync(() => Pids().Count == 3);
        var server = await shell.EvaluateAsync("$$", [], CancellationToken.None);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Wait.UntilAsync(() => !Pids().Any(Processes.IsAlive));
        Assert.Equal(server, await shell.EvaluateAsync("$$", [], CancellationToken.None));
    }

    [Fact]
    public async Task Disposal_ends_the_child_and_the_commands_that_are_not_to_finish()
    {
        var shell = _machine.Direct();
        var running = shell.RunAsync(new RemoteCommand { Script = Family, Arguments = [_machine.PathOf("pids")] }, CancellationToken.None);
        await Wait.UntilAsync(() => Pids().Count == 3);
        var server = int.Parse(await shell.EvaluateAsync("$$", [], CancellationToken.None), CultureInfo.InvariantCulture);

        await shell.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => running);
        await Wait.UntilAsync(() => !Pids().Any(Processes.IsAlive));

        // Of our own child not even a zombie is left.
        await Wait.UntilAsync(() => !Directory.Exists($"/proc/{server}"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => shell.RunAsync(new RemoteCommand { Script = "true" }, CancellationToken.None));
    }

    [Fact]
    public async Task A_command_that_is_to_finish_does_so_without_its_client_and_its_outcome_is_kept()
    {
        var started = _machine.PathOf("started");
        var go = _machine.PathOf("go");
        var command = new RemoteCommand
        {
            Script = "touch \"$1\"; until [ -e \"$2\" ]; do sleep 0.02; done; echo finished",
            Arguments = [started, go],
            OperationId = "finish-1",
            OnDisconnect = DisconnectAction.Finish,
        };
        var shell = _machine.Direct();
        var running = shell.RunAsync(command, CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(started));

        await shell.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => running);
        await File.WriteAllTextAsync(go, string.Empty);
        var result = await _machine.Direct().RunAsync(command, CancellationToken.None);

        Assert.Equal((true, "finished\n"), (result.Replayed, result.OutputText));
    }

    [Fact]
    public async Task A_command_whose_input_is_cut_never_takes_the_part_for_the_whole()
    {
        var started = _machine.PathOf("started");
        var whole = _machine.PathOf("whole");
        var command = new RemoteCommand
        {
            Script = "touch \"$1\"; cat >/dev/null; touch \"$2\"",
            Arguments = [started, whole],
            OperationId = "input-1",
            OnDisconnect = DisconnectAction.Finish,
            Input = new NeverEndingStream(),
        };
        var shell = _machine.Direct();
        var running = shell.RunAsync(command, CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(started));

        await shell.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => running);
        var result = await _machine.Direct().RunAsync(command with { Input = null }, CancellationToken.None);

        Assert.Equal((int?)15, result.Signal);
        Assert.False(File.Exists(whole));
    }

    [Fact]
    public async Task Ctrl_C_at_the_terminal_does_not_reach_the_channel()
    {
        var shell = _machine.Direct();
        var server = int.Parse(await shell.EvaluateAsync("$$", [], CancellationToken.None), CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(server);

        Processes.Send(process, 2);
        Processes.Send(process, 20);

        Assert.Equal($"{server}", await shell.EvaluateAsync("$$", [], CancellationToken.None));
        var inCommand = await shell.RunAsync(new RemoteCommand { Script = "kill -2 $$; echo survived" }, CancellationToken.None);
        Assert.Equal((int?)2, inCommand.Signal);
    }

    private List<int> Pids() => File.Exists(_machine.PathOf("pids"))
        ? File.ReadAllLines(_machine.PathOf("pids")).Where(line => line.Length > 0).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList()
        : [];

    /// <summary>Gives one byte and then makes its reader wait.</summary>
    private sealed class NeverEndingStream : MemoryStream
    {
        private bool _given;

        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_given)
            {
                _given = true;
                buffer.Span[0] = 1;
                return 1;
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
