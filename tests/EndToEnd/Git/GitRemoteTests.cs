using System.Security.Cryptography;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Git;
using Agentworks.Git.Work;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>Repositories from and to a real server over https and on the machine's disk: what comes, what goes, and that no token is left anywhere.</summary>
[Collection("machine")]
public sealed class GitRemoteTests(MachineFixture machine) : IAsyncLifetime
{
    private readonly GitGround _ground = new(machine);
    private readonly string _repositories = Directory.CreateTempSubdirectory("agentworks-git-").FullName;
    private readonly string _token = "canary" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
    private GitServer _server = null!;

    private static string Url => $"https://{GitServer.Host}/acme/widgets.git";

    private string ConfigFile => Path.Combine(machine.Home, "config.toml");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        _server = new GitServer((await machine.RootAsync("readlink /proc/self/ns/net")).Output.Trim(), _repositories);
        _server.Add("acme", "widgets", _token);
        var done = await machine.RootAsync($"""
            echo '127.0.0.1 {GitServer.Host}' >> /etc/hosts
            cat > /usr/local/share/ca-certificates/git-test.crt <<'AGW'
            {_server.Certificate.Replace("\n", "\n            ", StringComparison.Ordinal)}
            AGW
            sed -i 's/^ *//' /usr/local/share/ca-certificates/git-test.crt
            update-ca-certificates >/dev/null 2>&1
            """);
        Assert.True(done.ExitCode == 0, done.ErrorOutput);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "w" }, GitGround.Quiet, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_PUSH", null);
            File.Delete(ConfigFile);
            foreach (var agent in machine.Engine.Agents.List())
            {
                await machine.Engine.Agents.RemoveAsync(agent.Name, cascade: true, GitGround.Quiet, CancellationToken.None);
            }

            await machine.RootAsync($"sed -i '/{GitServer.Host}/d' /etc/hosts; rm -rf /usr/local/share/ca-certificates/git-test.crt /srv/e2e-git; update-ca-certificates --fresh >/dev/null 2>&1");
            await _ground.RemoveAsync();
            await _server.DisposeAsync();
        }

        Directory.Delete(_repositories, recursive: true);
    }

    [MachineFact]
    public async Task ATokenForOnceClonesAndTheConfigurationsPushesAndNothingKeepsThem()
    {
        var denied = await Assert.ThrowsAsync<GitAccessDeniedException>(() => _ground.ImportAsync("w", new ImportGitRepository { Url = Url }));
        Assert.Contains("Set-AgwGitCredential", denied.Recommendation, StringComparison.Ordinal);
        Assert.Equal(string.Empty, await _ground.RunAsync("w", "ls -A"));
        await Assert.ThrowsAsync<GitAccessDeniedException>(() => _ground.ImportAsync("w", new ImportGitRepository { Url = Url, UserName = "me", Password = "wrong" }));
        var repository = await _ground.ImportAsync("w", new ImportGitRepository { Url = Url, UserName = "me", Password = _token, Depth = 1, Branch = "main" });
        Assert.Equal((Url, "main", "."), (repository.Url, repository.Branch, repository.Path));
        await Assert.ThrowsAsync<PathNotEmptyException>(() => _ground.ImportAsync("w", new ImportGitRepository { Url = Url, UserName = "me", Password = _token }));

        await _ground.RunAsync("w", "echo one > file");
        var commit = await _ground.CommitAsync("w", new GitCommitRequest { Message = "one", All = true });
        await Assert.ThrowsAsync<GitAccessDeniedException>(() => _ground.PushAsync("w"));
        await File.WriteAllTextAsync(ConfigFile, $"[git_credentials.e2e-push]\ntype = \"generic\"\nhost = \"{GitServer.Host}\"\nowner = \"acme\"\n");
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_PUSH", _token);

        // What an agent wrote into the configuration gets neither the token nor a word in it.
        await _ground.RunAsync("w", """
            git config credential.helper '!touch /tmp/e2e-helper; cat >> /tmp/e2e-helper; :'; git config --global credential.helper '!touch /tmp/e2e-helper; :'
            git config http.proxy http://127.0.0.1:9; git config http.sslVerify false; mkdir -p .git/hooks; printf '#!/bin/sh\ntouch /tmp/e2e-hook\n' > .git/hooks/pre-push; chmod 755 .git/hooks/pre-push
            """);
        var pushed = await _ground.PushAsync("w", new GitPushRequest { SetUpstream = true });
        Assert.Equal(("origin", "main", repository.Commit, commit!.Sha), (pushed.Remote, pushed.Branch, pushed.OldSha, pushed.NewSha));
        Assert.Equal(commit.Sha + "\n", await GitAsync("rev-parse", "main"));
        Assert.Equal((0, 0), ((await _ground.StatusAsync("w")).Ahead, (await _ground.StatusAsync("w")).Behind));
        Assert.Equal(pushed.NewSha, (await _ground.PushAsync("w")).OldSha);
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /tmp/e2e-* 2>/dev/null || :")).Output);
        Assert.Empty(await MachineSearch.FilesWithAsync(machine, _token));
        Assert.Equal(string.Empty, await HomeSearch.FilesWithAsync(machine.Home, _token));
    }

    [MachineFact]
    public async Task AnAgentPushesWithItsOwnToken()
    {
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "a", Workspaces = ["w"] }, GitGround.Quiet, CancellationToken.None);
        await machine.Engine.GitCredentials.SetAsync(
            new SetGitCredential { Name = "acme", Agent = "a", Host = GitServer.Host, Owner = "acme", Token = _token }, GitGround.Quiet, CancellationToken.None);
        var repository = await _ground.ImportAsync("w", new ImportGitRepository { Url = Url }, "a", "repo");
        Assert.Equal(("a", "repo"), (repository.Agent, repository.Path));
        await _ground.RunAsync("w", "cd repo && echo a > file", "a");
        var outcome = await GitGround.AllAsync(machine.Engine.Git.CommitAsync(
            [new GitTarget("w", "a", "repo")], new GitCommitRequest { Message = "by a", All = true }, GitGround.Quiet, CancellationToken.None));
        Assert.StartsWith("agt-a <agt-a@", outcome[0]!.Author, StringComparison.Ordinal);
        var pushed = await GitGround.OneAsync(machine.Engine.Git.PushAsync([new GitTarget("w", "a", "repo")], new GitPushRequest(), GitGround.Quiet, CancellationToken.None));
        Assert.Equal(outcome[0]!.Sha, pushed.NewSha);
        Assert.Equal(pushed.NewSha + "\n", await GitAsync("rev-parse", "main"));
    }

    [MachineFact]
    public async Task WhatARemoteDoesNotTakeIsToldWithTheWayOn()
    {
        await machine.RootAsync("git init -q --bare -b main /srv/e2e-git/up.git && chmod -R 777 /srv/e2e-git && setfacl -R -m d:u::rwx,d:g::rwx,d:o::rwx /srv/e2e-git && git config --system --replace-all safe.directory '*'");
        await _ground.MakeAsync("x");
        var none = await Assert.ThrowsAsync<NotFoundException>(() => _ground.PushAsync("x"));
        Assert.Contains("git remote add", none.Recommendation, StringComparison.Ordinal);
        await _ground.RunAsync("x", "git remote add origin /srv/e2e-git/up.git");
        Assert.Null((await _ground.PushAsync("x")).OldSha);
        await _ground.ImportAsync("w", new ImportGitRepository { Url = "file:///srv/e2e-git/up.git" });
        await _ground.RunAsync("w", $"echo w > a && git {GitGround.Identity} commit -qam w");
        await _ground.PushAsync("w");

        // Someone else was faster.
        await _ground.RunAsync("x", $"echo x > a && git {GitGround.Identity} commit -qam x");
        Assert.Contains("git pull", (await Assert.ThrowsAsync<GitRejectedException>(() => _ground.PushAsync("x"))).Recommendation, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GitRejectedException>(() => _ground.PushAsync("x", new GitPushRequest { Force = true }));
        await _ground.RunAsync("x", "git fetch -q");
        var forced = await _ground.PushAsync("x", new GitPushRequest { Force = true });
        Assert.NotNull(forced.OldSha);
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.PushAsync("x", new GitPushRequest { Branch = "nothing" }));
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.PushAsync("x", new GitPushRequest { Branch = "--mirror" }));
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.PushAsync("x", new GitPushRequest { Remote = "--upload-pack=x" }));

        foreach (var url in new[] { "ext::sh -c 'touch% /tmp/e2e-ext'", "https://me:secret@git.test/acme/widgets.git", "https://secret@git.test/acme/widgets.git", "--upload-pack=touch" })
        {
            await _ground.RunAsync("x", $"git config remote.origin.url \"{url}\"");
            var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.PushAsync("x"));
            Assert.DoesNotContain("secret@", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.ImportAsync("w", new ImportGitRepository { Url = url }, path: "other"));
        }

        Assert.Equal(string.Empty, (await machine.RootAsync("ls /tmp/e2e-ext 2>/dev/null || :")).Output);
    }

    [MachineFact]
    public async Task AFolderOfTheOperatorsComesWithItsCommits()
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-git-").FullName;
        try
        {
            await LocalAsync(folder, "init", "-q", "-b", "trunk");
            await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.ImportAsync("w", new ImportGitRepository { Url = folder }));
            await File.WriteAllBytesAsync(Path.Combine(folder, "bytes"), [0, 255, 1, 254]);
            await LocalAsync(folder, "add", ".");
            await LocalAsync(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "here");
            var repository = await _ground.ImportAsync("w", new ImportGitRepository { Url = folder }, path: "sub/folder");
            Assert.Equal(("sub/folder", null, "trunk"), (repository.Path, repository.Url, repository.Branch));
            Assert.Equal("0 255 1 254", (await _ground.RunAsync("w", "od -An -tu1 sub/folder/bytes | xargs; ls -A ~ | grep bundle || :")).Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task<string> GitAsync(params string[] arguments) => LocalAsync(Path.Combine(_repositories, "acme", "widgets.git"), arguments);

    private static async Task<string> LocalAsync(string folder, params string[] arguments)
    {
        var result = await new Ports.ProcessRunner().RunAsync("git", ["-C", folder, .. arguments], null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
        return result.Output;
    }
}
