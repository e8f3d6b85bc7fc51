using Agentworks.Model;
using Agentworks.Sessions;

namespace Agentworks.Tests.Unit.Sessions;

public sealed class SessionReportTests
{
    [Fact]
    public void AReportIsReadInFull()
    {
        var report = Assert.Single(SessionReport.ParseAll("web\texited\t12\t127\t1795232237\tabc\t" + Convert.ToBase64String("no\nway"u8) + "\n"));
        Assert.Equal(new SessionReport("web", SessionStatus.Exited, 12, 127, DateTimeOffset.FromUnixTimeSeconds(1795232237), "abc", "no\nway", false), report);
    }

    [Fact]
    public void AFailureIsMarked()
    {
        var report = Assert.Single(SessionReport.ParseAll("web\t!stopped\t\t\t\t\t\n"));
        Assert.True(report.Failed);
        Assert.Equal(SessionStatus.Stopped, report.Status);
        Assert.Null(report.ProcessId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\n")]
    [InlineData("\t\t\t\t\n")]
    public void WhatIsNoReportIsLeftOut(string text) => Assert.Empty(SessionReport.ParseAll(text));

    [Fact]
    public void AnUnheardOfStatusIsUnknown() =>
        Assert.Equal(SessionStatus.Unknown, Assert.Single(SessionReport.ParseAll("web\tsleeping\t\t\t\t\t!!!\n")).Status);
}
