using Agentworks.Sessions;

namespace Agentworks.Tests.Unit.Sessions;

public sealed class ControlSequencesTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\x1b[31mred\x1b[0m", "red")]
    [InlineData("\x1b]0;title\x07text", "text")]
    [InlineData("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link")]
    [InlineData("10%\r50%\r100%", "100%")]
    [InlineData("whole line\r", "whole line")]
    [InlineData("abc\b\bd", "ad")]
    [InlineData("\x1b(Bx\x1b=y", "xy")]
    [InlineData("\x1bP1$tdevice string\x1b\\z", "z")]
    [InlineData("a\tb", "a\tb")]
    [InlineData("\a\0\x1b", "")]
    [InlineData("\b\b", "")]
    public void OnlyTheTextIsLeft(string line, string text) => Assert.Equal(text, ControlSequences.Remove(line));
}
