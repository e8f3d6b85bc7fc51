using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Bytes and texts arrive as they were sent, whatever they are.</summary>
public sealed class DataTests : IAsyncLifetime
{
    private readonly TestMachine _machine = new();
    private MachineShell _shell = null!;

    public static TheoryData<string> HostileTexts => new(
        string.Empty, " ", "'", "''", "\"", "a'b\"c", "$(touch /tmp/agw-injected)", "`touch /tmp/agw-injected`", "; exit 9", "&& exit 9", "a\nb", "\n",
        "-n", "--help", "-", "*", "?", "[a-z]", "~", "$HOME", "${IFS}", "\\", "\\'", "a\tb", "\r\n", "#", "!", "%s%n", "ünïcödé аnd 漢字 🙂",
        "\u001b[31m", "'$(exit 9)'", "<<EOF\nEOF", ">/tmp/agw-injected", "\u007f\u0001", new string('x', 1 << 20), new string('\'', 1 << 18));

    public Task InitializeAsync()
    {
        _shell = _machine.Direct();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(262_144)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    [InlineData(5_242_880)]
    public async Task Bytes_go_through_a_command_and_come_back_equal(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var result = await _shell.RunAsync(new RemoteCommand { Script = "cat", Input = new MemoryStream(bytes) }, CancellationToken.None);

        Assert.Equal(size, result.OutputLength);
        Assert.True(result.Output.Span.SequenceEqual(bytes));
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task A_text_is_the_same_as_argument_input_and_environment_value(string text)
    {
        var command = new RemoteCommand
        {
            Script = "printf %s \"$1\"; printf '|%s|' \"$#\"; cat",
            Arguments = [text, text],
            Input = text.ToInput(),
        };
        var result = await _shell.RunAsync(command, CancellationToken.None);
        Assert.Equal($"{text}|2|{text}", result.OutputText);

        if (text.Length < 100_000)
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["TEXT"] = text };
            var fromEnvironment = await _shell.RunAsync(
                new RemoteCommand { Script = "printf %s \"$TEXT\"", Environment = environment }, CancellationToken.None);
            Assert.Equal(text, fromEnvironment.OutputText);
        }

        var quoted = await _shell.RunAsync(new RemoteCommand { Script = "printf %s " + PosixShell.Quote(text) }, CancellationToken.None);
        Assert.Equal(text, quoted.OutputText);
        Assert.False(File.Exists("/tmp/agw-injected"));
    }

    [Fact]
    public async Task What_no_command_can_carry_is_refused_before_anything_runs()
    {
        RemoteCommand[] impossible =
        [
            new() { Script = "a\0b" },
            new() { Script = "true", Arguments = ["a\0b"] },
            new() { Script = "true", WorkingDirectory = "relative" },
            new() { Script = "true", OperationId = "../x" },
            new() { Script = "true", Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A=B"] = "x" } },
            new() { Script = "true", Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "x\0" } },
        ];

        foreach (var command in impossible)
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => _shell.RunAsync(command, CancellationToken.None));
        }
    }

    [Fact]
    public async Task An_environment_too_large_for_the_system_is_a_clear_error()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BIG"] = new('x', 1 << 20) };

        await Assert.ThrowsAsync<RemoteCommandException>(() =>
            _shell.RunAsync(new RemoteCommand { Script = "true", Environment = environment }, CancellationToken.None));
    }

    [Fact]
    public async Task A_script_may_be_large()
    {
        var script = string.Concat(Enumerable.Repeat(": padding\n", 200_000)) + "echo end";

        var result = await _shell.RunAsync(new RemoteCommand { Script = script }, CancellationToken.None);

        Assert.Equal("end\n", result.OutputText);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 10)]
    [InlineData(100_000, 100_000)]
    [InlineData(5_000_000, 3_000_000)]
    public async Task A_cap_keeps_the_first_bytes_and_counts_the_rest_exactly(int cap, int kept)
    {
        var command = new RemoteCommand
        {
            Script = "head -c 3000000 /dev/zero; head -c 2999999 /dev/zero >&2",
            MaxOutputBytes = cap,
        };

        var result = await _shell.RunAsync(command, CancellationToken.None);

        Assert.Equal((3_000_000L, 2_999_999L), (result.OutputLength, result.ErrorLength));
        Assert.Equal((kept, Math.Min(kept, 2_999_999)), (result.Output.Length, result.Error.Length));
    }

    [Fact]
    public async Task Output_arrives_while_the_command_runs()
    {
        var go = _machine.PathOf("go");
        var seen = new StringBuilder();
        var command = new RemoteCommand { Script = "echo first; until [ -e \"$1\" ]; do sleep 0.02; done; echo second >&2", Arguments = [go] };

        var result = await _shell.RunAsync(
            command,
            async chunk =>
            {
                seen.Append(chunk.Stream).Append(':').Append(Encoding.UTF8.GetString(chunk.Data.Span));
                await File.WriteAllTextAsync(go, string.Empty);
            },
            CancellationToken.None);

        Assert.Equal("Output:first\nError:second\n", seen.ToString());
        Assert.Equal((6L, 7L, 0), (result.OutputLength, result.ErrorLength, result.Output.Length));
    }

    [Fact]
    public async Task A_slow_reader_of_one_command_holds_up_no_other_and_slows_its_own_down()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = _machine.PathOf("progress");
        long got = 0;
        var slow = _shell.RunAsync(
            new RemoteCommand { Script = "head -c 20000000 /dev/zero; echo done >\"$1\"", Arguments = [progress] },
            async chunk =>
            {
                await gate.Task;
                got += chunk.Data.Length;
            },
            CancellationToken.None);

        for (var i = 0; i < 20; i++)
        {
            Assert.True((await _shell.RunAsync(new RemoteCommand { Script = "head -c 1000000 /dev/zero" }, CancellationToken.None)).Succeeded);
        }

        Assert.False(File.Exists(progress));
        gate.SetResult();
        Assert.True((await slow).Succeeded);
        Assert.Equal(20_000_000, got);
    }

    [Fact]
    public async Task Input_and_output_larger_than_all_windows_flow_at_once()
    {
        var bytes = RandomNumberGenerator.GetBytes(24 << 20);
        using var back = new MemoryStream();

        await _shell.RunAsync(
            new RemoteCommand { Script = "cat", Input = new MemoryStream(bytes) },
            chunk =>
            {
                back.Write(chunk.Data.Span);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);

        Assert.True(back.GetBuffer().AsSpan(0, (int)back.Length).SequenceEqual(bytes));
    }

    [Fact]
    public async Task A_command_need_not_read_its_input()
    {
        var result = await _shell.RunAsync(
            new RemoteCommand { Script = "echo done", Input = new MemoryStream(new byte[8 << 20]) }, CancellationToken.None);

        Assert.Equal("done\n", result.OutputText);
    }

    [Fact]
    public async Task A_failing_handler_ends_the_command_and_is_told()
    {
        var pidFile = _machine.PathOf("pid");

        await Assert.ThrowsAsync<NotSupportedException>(() => _shell.RunAsync(
            new RemoteCommand { Script = "echo $$ >\"$1\"; echo go; sleep 60", Arguments = [pidFile] },
            _ => throw new NotSupportedException(),
            CancellationToken.None));

        var pid = int.Parse(await File.ReadAllTextAsync(pidFile), System.Globalization.CultureInfo.InvariantCulture);
        await Wait.UntilAsync(() => !Processes.IsAlive(pid));
    }
}
