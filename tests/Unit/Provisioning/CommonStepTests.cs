using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Provisioning;

namespace Agentworks.Tests.Unit.Provisioning;

/// <summary>What steps share: limits, and which packages are missing.</summary>
public sealed class CommonStepTests : IDisposable
{
    private readonly StepRunner _runner = new();

    public void Dispose() => _runner.Dispose();

    private Task<StepResult> TryAsync(string apply) =>
        _runner.RunAsync(new ProvisionStep("step", "false", $"cd '{_runner.Folder}'\n{apply}", false, new Dictionary<string, string>(StringComparer.Ordinal)));

    [Fact]
    public async Task ACommandThatTakesTooLongEndsWithEverythingItStarted()
    {
        // A killed process may take a moment to go, and nobody may have waited for it yet.
        var result = await TryAsync("""
            agw_limit 5 the-mirror sh -c 'trap "" TERM; (sleep 1000; touch alive) & echo $! > child; sleep 1000; touch alive' || status=$?
            child=$(cat child) looks=0 state=gone
            while grep -qs '^State:.[DRST]' "/proc/$child/status"; do
                [ $((looks += 1)) -lt 600 ] || { state=alive; break; }
                sleep 0.1
            done
            echo "$status $state"
            exit 1
            """);
        Assert.Equal("124 gone", result.Detail);
        Assert.False(File.Exists(Path.Combine(_runner.Folder, "alive")));
        Assert.Equal("the-mirror: timed out after 1 s", (await TryAsync("agw_limit 1 the-mirror sleep 1000")).Detail);
    }

    [Fact]
    public async Task WhatACommandLeavesRunningIsNotWaitedForAndItsStatusIsKept()
    {
        var result = await TryAsync("agw_limit 60 it sh -c 'sleep 20 & echo $! > child; echo out; exit 7' || status=$?; kill \"$(cat child)\"; echo \"$status\"; exit 1");
        Assert.Equal("7", result.Detail);
    }

    [Theory]
    [InlineData("git", "")]
    [InlineData("git:amd64 libc6:i386", "libc6:i386")]
    [InlineData("git=1:2 git=1:3", "git=1:3")]
    [InlineData("git/bookworm-backports gone", "gone")]
    [InlineData("held editor", "")]
    [InlineData("removed", "removed")]
    public async Task MissingIsWhatIsNeitherInstalledNorProvided(string wanted, string missing)
    {
        _runner.Replace("dpkg-query", """
            printf 'ii \tgit\tamd64\t1:2\t\n'
            printf 'hi \theld\tall\t1\t\n'
            printf 'rc \tremoved\tamd64\t1\t\n'
            printf 'ii \tvim\tamd64\t2\teditor, vi (= 2)\n'
            """);
        Assert.Equal($"<{missing}>", (await TryAsync($"echo \"<$(agw_missing {wanted})>\"; exit 1")).Detail);
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "Version: 1\r\n")]
    public async Task ArmorIsTakenOff(string newLine, string header)
    {
        var armored = string.Join(newLine, "-----BEGIN PGP PUBLIC KEY BLOCK-----", header, "aGVs", "bG8=", "=abcd", "-----END PGP PUBLIC KEY BLOCK-----", string.Empty);
        await File.WriteAllTextAsync(Path.Combine(_runner.Folder, "armored"), armored + armored);
        var step = new ProvisionStep("step", "false", $"agw_unarmor < '{_runner.Folder}/armored'; exit 1", false, new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Functions = EmbeddedText.Read("apt-sources.sh"),
        };
        Assert.Equal("hellohello", (await _runner.RunAsync(step)).Detail);
    }

    [Fact]
    public void TwoSourcesInOneFileAreRefused()
    {
        static AptSource Source(string name) => new() { Name = name, Description = "", KeyUrl = "https://e/k", KeyPath = "/k", Source = "deb x ./", SourceFile = "same.list", KeyDearmor = false };
        var catalog = new Catalog
        {
            AptSources = new Dictionary<string, AptSource>(StringComparer.Ordinal) { ["a"] = Source("a"), ["b"] = Source("b") },
            AptPackages = new Dictionary<string, AptPackageSet>(StringComparer.Ordinal) { ["p"] = new() { Name = "p", Description = "", Apt = [], AptSources = ["a", "b"] } },
            SystemInstallCommands = new Dictionary<string, InstallCommand>(StringComparer.Ordinal),
            UserInstallCommands = new Dictionary<string, InstallCommand>(StringComparer.Ordinal),
        };
        Assert.Throws<InvalidRequestException>(() => AptSteps.Create(catalog, [], ["p"]));
    }
}
