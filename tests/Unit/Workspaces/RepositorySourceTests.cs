using Agentworks.Errors;
using Agentworks.Ports;
using Agentworks.Workspaces;

namespace Agentworks.Tests.Unit.Workspaces;

public sealed class RepositorySourceTests
{
    [Theory]
    [InlineData("https://example.com/a/b.git")]
    [InlineData("ssh://git@example.com/a/b")]
    [InlineData("git@example.com:a/b.git")]
    public void UrlsAreCloned(string url) => Assert.Equal("clone", RepositorySource.Parse(url)!.Kind);

    [Theory]
    [InlineData("ext::sh -c touch% /tmp/x")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-x")]
    [InlineData("/no/such/folder")]
    [InlineData("https://user:token@example.com/a")]
    [InlineData("https://token@example.com/a")]
    [InlineData("https://x/\ny")]
    public void TheRestIsRefused(string text)
    {
        var refused = Assert.Throws<InvalidRequestException>(() => RepositorySource.Parse(text));
        Assert.DoesNotContain("token", refused.Message.Replace("password or token", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsNoSource() => Assert.Null(RepositorySource.Parse(null));

    [Fact]
    public async Task AFolderIsPackedWithAllItsBranches()
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;
        var runner = new ProcessRunner();
        try
        {
            foreach (var line in new[] { "init -q -b main", "-c user.name=n -c user.email=e commit -q --allow-empty -m one", "branch other" })
            {
                Assert.True((await runner.RunAsync("git", ["-C", folder, .. line.Split(' ')], null, CancellationToken.None)).Succeeded);
            }

            var source = RepositorySource.Parse(folder)!;
            var bundle = await source.BundleAsync(runner, CancellationToken.None);
            var heads = await runner.RunAsync("git", ["bundle", "list-heads", bundle], null, CancellationToken.None);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(bundle)!));
            }

            Directory.Delete(Path.GetDirectoryName(bundle)!, recursive: true);
            Assert.Contains("refs/heads/main", heads.Output, StringComparison.Ordinal);
            Assert.Contains("refs/heads/other", heads.Output, StringComparison.Ordinal);
            Assert.Equal(string.Empty, await source.OriginAsync(runner, CancellationToken.None));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task ARepositoryThatLacksObjectsMayNotSayWhatFetchesThem()
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;
        var runner = new ProcessRunner();
        try
        {
            var mark = Path.Combine(folder, "mark");
            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "content");
            string[][] lines =
            [
                ["init", "-q"],
                ["add", "file"],
                ["-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "one"],
                ["remote", "add", "origin", "ssh://example.invalid/x"],
                ["config", "remote.origin.promisor", "true"],
                ["config", "extensions.partialClone", "origin"],
                ["config", "core.repositoryFormatVersion", "1"],
                ["config", "core.sshCommand", $"touch '{mark}'; false"],
            ];
            foreach (var line in lines)
            {
                Assert.True((await runner.RunAsync("git", ["-C", folder, .. line], null, CancellationToken.None)).Succeeded);
            }

            var blob = (await runner.RunAsync("git", ["-C", folder, "rev-parse", "HEAD:file"], null, CancellationToken.None)).Output.Trim();
            File.Delete(Path.Combine(folder, ".git", "objects", blob[..2], blob[2..]));
            await Assert.ThrowsAsync<InvalidRequestException>(() => RepositorySource.Parse(folder)!.BundleAsync(runner, CancellationToken.None));
            Assert.False(File.Exists(mark));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task AFolderWithoutACommitIsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;
        try
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => RepositorySource.Parse(folder)!.BundleAsync(new ProcessRunner(), CancellationToken.None));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
