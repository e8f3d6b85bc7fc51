using Agentworks.Model;

namespace Agentworks.Tests.Unit.Model;

public sealed class CommandResultTextTests
{
    [Fact]
    public void The_header_says_where_and_as_whom()
    {
        Assert.Equal("dev", CommandResultText.Header(Result()));
        Assert.Equal("app on dev as coder", CommandResultText.Header(Result() with { Workspace = "app", Agent = "coder" }));
    }

    [Fact]
    public void The_header_says_how_it_ended_when_that_was_not_well()
    {
        Assert.EndsWith("3", CommandResultText.Header(Result() with { ExitCode = 3 }), StringComparison.Ordinal);
        Assert.Contains("TERM", CommandResultText.Header(Result() with { ExitCode = 143, Signal = "TERM" }), StringComparison.Ordinal);
        Assert.Contains("timed out", CommandResultText.Header(Result() with { TimedOut = true, ExitCode = 137 }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_body_is_both_streams_made_safe()
    {
        var body = CommandResultText.Body(Result() with { Output = "one\ntwo\u001b[2J\n\n", ErrorOutput = "bad\r\n" });
        Assert.Equal("one\ntwo^[[2J\nbad", body);
        Assert.Empty(CommandResultText.Body(Result()));
    }

    [Fact]
    public void The_body_counts_what_was_dropped()
    {
        var body = CommandResultText.Body(Result() with { Output = "ab", OutputBytes = "ab"u8.ToArray(), OutputLength = 10, ErrorLength = 4 });
        Assert.Contains("8 bytes", body, StringComparison.Ordinal);
        Assert.Contains("4 bytes", body, StringComparison.Ordinal);
    }

    private static AgwCommandResult Result() => new()
    {
        Vm = "dev",
        Command = "true",
        ExitCode = 0,
        Output = string.Empty,
        ErrorOutput = string.Empty,
        OutputBytes = ReadOnlyMemory<byte>.Empty,
        ErrorBytes = ReadOnlyMemory<byte>.Empty,
        OutputLength = 0,
        ErrorLength = 0,
        Duration = TimeSpan.Zero,
    };
}
