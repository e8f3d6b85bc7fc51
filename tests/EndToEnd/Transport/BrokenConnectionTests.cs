using Agentworks.Errors;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Whatever happens to the connection, an operation is done once or known not to be done.</summary>
public sealed class BrokenConnectionTests : IAsyncLifetime
{
    private const int RandomCuts = 30;
    private static readonly ChannelOptions NeverPinging = new() { PingInterval = TimeSpan.FromHours(1) };

    // Only the pings are quick: what must be started for a new connection may take its time.
    private static readonly ChannelOptions QuickPinging = new()
    {
        PingInterval = TimeSpan.FromMilliseconds(500), Reconnects = 20, ReconnectTime = TimeSpan.FromMinutes(2),
    };
    private readonly TestMachine _machine = new();
    private int _count;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task An_operation_cut_anywhere_runs_exactly_once(bool onTheWayThere, bool reset)
    {
        foreach (var at in await PlacesToCutAsync(onTheWayThere))
        {
            await using var proxy = _machine.Proxy();
            Cut(proxy, onTheWayThere, at, reset);
            await using var shell = _machine.Through(proxy);
            var log = NewPath();

            var result = await TestMachine.RetryIfItNeverRanAsync(shell, Append(log) with { OnDisconnect = DisconnectAction.Finish });

            Assert.True(result is { ExitCode: 3, OutputText: "said\n" }, $"cut at {at}: {result}");
            Assert.True(await File.ReadAllTextAsync(log) == "line\n", $"cut at {at}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operation_that_ends_with_its_connection_never_runs_twice(bool onTheWayThere)
    {
        foreach (var at in await PlacesToCutAsync(onTheWayThere))
        {
            await using var proxy = _machine.Proxy();
            Cut(proxy, onTheWayThere, at, reset: false);
            await using var shell = _machine.Through(proxy);
            var log = NewPath();

            var result = await TestMachine.RetryIfItNeverRanAsync(shell, Append(log));

            var lines = File.Exists(log) ? await File.ReadAllTextAsync(log) : string.Empty;
            Assert.True(result is { ExitCode: 3 } or { Signal: 15 }, $"cut at {at}: {result}");
            Assert.True(lines is "line\n" || (lines is "" && result.Signal is not null), $"cut at {at}: {lines}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_without_an_id_is_never_repeated_and_its_fate_never_invented(bool onTheWayThere)
    {
        foreach (var at in await PlacesToCutAsync(onTheWayThere))
        {
            await using var proxy = _machine.Proxy();
            Cut(proxy, onTheWayThere, at, reset: false);
            await using var shell = _machine.Through(proxy);
            var log = NewPath();
            var succeeded = false;
            var known = true;
            try
            {
                succeeded = (await shell.RunAsync(Append(log) with { OperationId = null }, CancellationToken.None)).ExitCode == 3;
            }
            catch (OutcomeUnknownException)
            {
                known = false;
            }
            catch (ConnectionFailedException)
            {
                // It says that nothing ran.
            }

            // What may still be under way on the machine is over when its servers are.
            await shell.DisposeAsync();
            await proxy.DisposeAsync();
            await Wait.UntilAsync(() => !proxy.HasOpenConnections);
            var lines = File.Exists(log) ? await File.ReadAllTextAsync(log) : string.Empty;
            Assert.True(!known ? lines is "" or "line\n" : lines == (succeeded ? "line\n" : string.Empty), $"cut at {at}: {known} {succeeded} {lines}");
        }
    }

    [Fact]
    public async Task Many_operations_under_way_are_all_settled()
    {
        var random = new Random(7);
        for (var round = 0; round < 10; round++)
        {
            await using var proxy = _machine.Proxy();
            await using var shell = _machine.Through(proxy);
            await shell.EvaluateAsync("1", [], CancellationToken.None);
            proxy.CutAfterReceived = proxy.ReceivedBytes + random.Next(1, 600);
            var logs = Enumerable.Range(0, 20).Select(_ => NewPath()).ToList();

            var results = await Task.WhenAll(logs.Select(log =>
                shell.RunAsync(Append(log) with { OnDisconnect = DisconnectAction.Finish }, CancellationToken.None)));

            Assert.All(results, result => Assert.Equal((3, "said\n"), (result.ExitCode, result.OutputText)));
            Assert.All(logs, log => Assert.Equal("line\n", File.ReadAllText(log)));
        }
    }

    [Fact]
    public async Task A_handler_sees_each_byte_once_over_a_reconnect()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy);
        await shell.EvaluateAsync("1", [], CancellationToken.None);
        proxy.CutAfterReceived = proxy.ReceivedBytes + 5000;
        using var seen = new MemoryStream();

        await shell.RunAsync(
            new RemoteCommand { Script = "seq 1 4000", OperationId = "seq", OnDisconnect = DisconnectAction.Finish },
            chunk =>
            {
                seen.Write(chunk.Data.Span);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal(2, proxy.Connections);
        Assert.Equal(string.Concat(Enumerable.Range(1, 4000).Select(i => $"{i}\n")), System.Text.Encoding.ASCII.GetString(seen.ToArray()));
    }

    [Fact]
    public async Task Input_is_sent_again_from_its_start()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy);
        proxy.CutAfterSent = ChannelProgram.Source.Length + 300_000;
        var input = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n"))));
        var files = new MachineFiles(shell);
        var path = NewPath();

        await files.WriteAsync(path, null, input, new FileWriteOptions(), CancellationToken.None);

        Assert.Equal(2, proxy.Connections);
        Assert.Equal(input.ToArray(), await File.ReadAllBytesAsync(path));
        Assert.DoesNotContain(Directory.GetFiles(_machine.Folder), file => Path.GetFileName(file).StartsWith(".agw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_command_after_a_break_connects_again()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy);
        var before = await shell.EvaluateAsync("$$", [], CancellationToken.None);

        proxy.CutNow();
        var after = await shell.EvaluateAsync("$$", [], CancellationToken.None);

        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task A_black_hole_does_not_outlast_the_commands_timeout()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy, NeverPinging);
        await shell.EvaluateAsync("1", [], CancellationToken.None);
        proxy.Stall();

        // Nothing but the timeout can end these.
        await Assert.ThrowsAsync<OutcomeUnknownException>(() =>
            shell.RunAsync(new RemoteCommand { Script = "true", Timeout = TimeSpan.FromMilliseconds(300) }, CancellationToken.None));
    }

    [Fact]
    public async Task A_black_hole_does_not_hold_up_a_cancellation()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy, NeverPinging);
        await shell.EvaluateAsync("1", [], CancellationToken.None);
        proxy.Stall();
        using var cancel = new CancellationTokenSource();
        var big = new RemoteCommand { Script = "cat", Input = new MemoryStream(new byte[16 << 20]) };
        Task[] stuck =
        [
            shell.RunAsync(big, cancel.Token),
            shell.RunAsync(new RemoteCommand { Script = "true" }, cancel.Token),
            shell.EvaluateAsync("1", [], cancel.Token),
        ];

        await cancel.CancelAsync();

        foreach (var task in stuck)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }
    }

    [Fact]
    public async Task A_half_open_connection_is_found_out_and_the_operation_settled_over_a_new_one()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy, QuickPinging);
        var log = NewPath();
        var go = NewPath();
        var running = shell.RunAsync(
            new RemoteCommand
            {
                // More output than a connection nobody reads can hold: it cannot end before the machine knows that.
                Script = "echo line >>\"$1\"; until [ -e \"$2\" ]; do sleep 0.02; done; head -c 8000000 /dev/zero; exit 3",
                Arguments = [log, go],
                OperationId = "half-open",
                OnDisconnect = DisconnectAction.Finish,
            },
            CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(log));

        proxy.Stall();
        await File.WriteAllTextAsync(go, string.Empty);
        await Wait.UntilAsync(() => proxy.Connections > 1);
        proxy.Unstall();
        var result = await running;

        Assert.Equal((3, true, 8_000_000L), (result.ExitCode, result.Replayed, result.OutputLength));
        Assert.Equal("line\n", await File.ReadAllTextAsync(log));
    }

    [Fact]
    public async Task A_machine_that_hears_nothing_any_more_ends_what_was_to_end_with_the_connection()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy, QuickPinging);
        var pidFile = NewPath();
        var running = shell.RunAsync(
            new RemoteCommand { Script = "echo $$ >\"$1\"; exec sleep 300", Arguments = [pidFile] }, CancellationToken.None);
        await Wait.UntilAsync(() => File.Exists(pidFile) && File.ReadAllText(pidFile).EndsWith('\n'));

        proxy.Stall();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => running);
        var pid = int.Parse(await File.ReadAllTextAsync(pidFile), System.Globalization.CultureInfo.InvariantCulture);
        await Wait.UntilAsync(() => !Processes.IsAlive(pid));
    }

    [Fact]
    public async Task One_flight_there_is_enough_for_a_cold_command()
    {
        await using var proxy = _machine.Proxy();
        proxy.HoldReplies();
        await using var shell = _machine.Through(proxy);
        var done = NewPath();

        var running = shell.RunAsync(new RemoteCommand { Script = "echo x >\"$1\"", Arguments = [done] }, CancellationToken.None);

        // It is done although nothing has come back, not even the hello.
        await Wait.UntilAsync(() => File.Exists(done));
        Assert.False(running.IsCompleted);
        proxy.ReleaseReplies();
        Assert.True((await running).Succeeded);
    }

    [Fact]
    public async Task One_flight_there_is_enough_to_write_a_file_of_256_KiB()
    {
        await using var proxy = _machine.Proxy();
        await using var shell = _machine.Through(proxy);
        await shell.EvaluateAsync("1", [], CancellationToken.None);
        var files = new MachineFiles(shell);
        var path = NewPath();
        var content = System.Security.Cryptography.RandomNumberGenerator.GetBytes(256 << 10);
        proxy.HoldReplies();

        var writing = files.WriteAsync(path, null, new MemoryStream(content), new FileWriteOptions(), CancellationToken.None);

        await Wait.UntilAsync(() => File.Exists(path));
        Assert.False(writing.IsCompleted);
        proxy.ReleaseReplies();
        await writing;
        Assert.Equal(content, await File.ReadAllBytesAsync(path));
    }

    private static void Cut(DelayProxy proxy, bool onTheWayThere, long at, bool reset)
    {
        proxy.CutByReset = reset;
        if (onTheWayThere)
        {
            proxy.CutAfterSent = at;
        }
        else
        {
            proxy.CutAfterReceived = at;
        }
    }

    private static RemoteCommand Append(string log) => new()
    {
        Script = "echo line >>\"$1\"; echo said; exit 3",
        Arguments = [log],
        OperationId = Guid.NewGuid().ToString("N"),
    };

    // The end of every frame of an undisturbed run, and random places.
    private async Task<IReadOnlyList<long>> PlacesToCutAsync(bool onTheWayThere)
    {
        await using var proxy = _machine.Proxy();
        using var bytes = new MemoryStream();
        proxy.OnBytes = (there, data) =>
        {
            if (there == onTheWayThere)
            {
                bytes.Write(data.Span);
            }
        };
        await using var shell = _machine.Through(proxy);
        await shell.RunAsync(Append(NewPath()), CancellationToken.None);
        await Wait.UntilAsync(() => bytes.Length == (onTheWayThere ? proxy.SentBytes : proxy.ReceivedBytes));

        var all = bytes.ToArray();
        long place = onTheWayThere ? ChannelProgram.Source.Length : ChannelProgram.Greeting.Length;
        var places = new List<long> { 0, 1, place };
        while (place + FrameReader.HeaderLength <= all.Length)
        {
            place += FrameReader.HeaderLength + System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(all.AsSpan((int)place + 5));
            places.Add(place);
        }

        Assert.True(places.Count >= 5);
        var random = new Random(all.Length);
        var first = onTheWayThere ? ChannelProgram.Source.Length - 100 : 0;
        places.AddRange(Enumerable.Range(0, RandomCuts).Select(_ => random.NextInt64(first, all.Length)));
        return places;
    }

    private string NewPath() => _machine.PathOf($"file-{Interlocked.Increment(ref _count)}");
}
