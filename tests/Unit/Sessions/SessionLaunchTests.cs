using Agentworks.Ports;
using Agentworks.Sessions;

namespace Agentworks.Tests.Unit.Sessions;

/// <summary>The texts for the machine are shell; a real /bin/sh reads them.</summary>
public sealed class SessionLaunchTests
{
    private static SessionLaunch Launch(string command, string value) => new()
    {
        Name = "s",
        User = "agt-a",
        Directory = "/opt/agentworks/workspaces/w",
        RunId = "r",
        HistoryLimit = 5,
        Command = command,
        ResumeCommand = string.Empty,
        MayGainPrivileges = false,
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PLAIN"] = value },
        Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["HIDDEN"] = "s3cret" },
    };

    [Theory]
    [InlineData("simple")]
    [InlineData("it's $HOME `id` $(id) \"x\" \\ *\nsecond line")]
    [InlineData("")]
    [InlineData("'")]
    public async Task CommandAndVariablesArriveUnchanged(string text)
    {
        var script = Launch(text, text).EnvironmentFile + "printf '%s|%s' \"$agw_command\" \"$PLAIN\"";
        var result = await new ProcessRunner().RunAsync("/bin/sh", ["-c", script], null, CancellationToken.None);
        Assert.Equal($"{text}|{text}", result.Output);
    }

    [Fact]
    public void ASecretIsOnlyInWhatIsForThisOneStart()
    {
        var launch = Launch("true", "x");
        Assert.Contains("s3cret", launch.StartFile, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", launch.Spec + launch.EnvironmentFile, StringComparison.Ordinal);
        Assert.Contains("HIDDEN", launch.Spec, StringComparison.Ordinal);
    }
}
