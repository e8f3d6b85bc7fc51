using System.Globalization;
using Agentworks.Ports;

namespace Agentworks.Tests.Unit.Provisioning.Users;

/// <summary>How a script is run as a user, and how it ends. Becoming another needs root; without it there is nothing to try.</summary>
public sealed class UserRunTests
{
    [Fact]
    public async Task WhatHangsIsStoppedWithAllThatItStarted()
    {
        var result = await RunAsync("5", "setsid sleep 1000 & echo $!; setsid sleep 1000 >/dev/null 2>&1 & echo $!; exec sleep 1000");
        if (result is not null)
        {
            Assert.Equal(124, result.ExitCode);
            var started = result.Output.Split('\n').Where(line => int.TryParse(line, CultureInfo.InvariantCulture, out _)).ToArray();
            Assert.Equal(2, started.Length);
            Assert.DoesNotContain(started, pid => Directory.Exists("/proc/" + pid));
        }
    }

    [Fact]
    public async Task WhatGoesOnInTheBackgroundHoldsUpNobody()
    {
        var result = await RunAsync("60", "echo out; echo err >&2; (sleep 30 &) ; exit 7");
        if (result is not null)
        {
            Assert.Equal((7, "out\nerr\n"), (result.ExitCode, result.Output));
        }
    }

    [Fact]
    public async Task OfMuchOutputTheEndComesBack()
    {
        var result = await RunAsync("60", "head -c 3000000 /dev/zero | tr '\\0' x; echo the end");
        if (result is not null)
        {
            Assert.EndsWith("xthe end\n", result.Output, StringComparison.Ordinal);
            Assert.Equal(65536, result.Output.Length);
        }
    }

    [Fact]
    public async Task NothingOfOurEnvironmentGoesAlong()
    {
        var result = await RunAsync("60", "env | cut -d = -f 1 | grep -v '^_$\\|^OLDPWD$\\|^SHLVL$' | sort | paste -sd ' '");
        if (result is not null)
        {
            Assert.Equal("HOME LANG LOGNAME PATH PWD SHELL USER\n", result.Output);
        }
    }

    private static async Task<ProcessResult?> RunAsync(string seconds, string script) => Environment.UserName == "root"
        ? await new ProcessRunner().RunAsync("perl", ["-e", EmbeddedText.Read("user-run.pl"), "--", "root", seconds, "1", script], null, CancellationToken.None)
        : null;
}
