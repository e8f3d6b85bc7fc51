using System.Security.Cryptography;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>Tokens on a real machine, with the real git against a real server that lets each owner's token into the owner's repositories.</summary>
[Collection("machine")]
public sealed class GitCredentialTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    private readonly string _repositories = Directory.CreateTempSubdirectory("agentworks-git-").FullName;
    private GitServer _server = null!;

    private string ConfigFile => Path.Combine(machine.Home, "config.toml");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        _server = new GitServer((await machine.RootAsync("readlink /proc/self/ns/net")).Output.Trim(), _repositories);
        _server.Add("acme", "widgets", Canary());
        _server.Add("octo", "hello", Canary());
        _server.Add("closed", "vault", Canary());
        await RootAsync($"""
            echo '127.0.0.1 {GitServer.Host}' >> /etc/hosts
            cat > /usr/local/share/ca-certificates/git-test.crt <<'AGW'
            {_server.Certificate.Replace("\n", "\n            ", StringComparison.Ordinal)}
            AGW
            sed -i 's/^ *//' /usr/local/share/ca-certificates/git-test.crt
            update-ca-certificates >/dev/null 2>&1
            """);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "a" }, Quiet, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            File.Delete(ConfigFile);
            await machine.Engine.Agents.RemoveAsync("a", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
            await RootAsync($"""
                sed -i '/{GitServer.Host}/d' /etc/hosts
                rm -f /usr/local/share/ca-certificates/git-test.crt
                update-ca-certificates --fresh >/dev/null 2>&1
                """);
            await _server.DisposeAsync();
        }

        Directory.Delete(_repositories, recursive: true);
    }

    [MachineFact]
    public async Task EachTokenReachesItsOwnersRepositoriesAndNoOthers()
    {
        await SetAsync("acme", "acme", _server.Tokens["acme"]);
        await SetAsync("octo", "octo", _server.Tokens["octo"]);
        foreach (var (owner, repository) in new[] { ("acme", "widgets"), ("octo", "hello") })
        {
            var clone = await AgentAsync($"git clone -q https://{GitServer.Host}/{owner}/{repository}.git {repository} && cd {repository} && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m second && git push -q && cat .git/config");
            Assert.True(clone.ExitCode == 0, clone.ErrorOutput);
            Assert.DoesNotContain(_server.Tokens[owner], clone.Output, StringComparison.Ordinal);
        }

        var other = await AgentAsync($"GIT_TERMINAL_PROMPT=0 git clone -q https://{GitServer.Host}/closed/vault.git");
        Assert.NotEqual(0, other.ExitCode);
        Assert.All(_server.Seen.Where(one => one.Password is not null), one => Assert.Equal(_server.Tokens[one.Path.Split('/')[1]], one.Password));
        Assert.Contains(_server.Seen, one => one.Path.StartsWith("/closed/", StringComparison.Ordinal));
        Assert.Equal("600 agt-a\n", (await AgentAsync("stat -c '%a %U' ~/.config/agentworks/git-credentials")).Output);

        // Nobody else's: not the admin's, not another agent's.
        Assert.NotEqual(0, (await machine.RunAsync($"GIT_TERMINAL_PROMPT=0 git ls-remote https://{GitServer.Host}/acme/widgets.git")).ExitCode);
        Assert.NotEqual(0, (await machine.RunAsync("cat ~agt-a/.config/agentworks/git-credentials")).ExitCode);
    }

    [MachineFact]
    public async Task ARejectedTokenStaysAndIsToldOf()
    {
        await SetAsync("acme", "acme", _server.Tokens["acme"]);
        var (good, url) = (_server.Tokens["acme"], $"https://{GitServer.Host}/acme/widgets.git");
        Assert.Equal(0, (await AgentAsync($"git ls-remote {url}")).ExitCode);
        Assert.Null((await ObserveAsync("acme")).Rejected);
        _server.Tokens["acme"] = "changed";
        Assert.NotEqual(0, (await AgentAsync($"GIT_TERMINAL_PROMPT=0 git ls-remote {url}")).ExitCode);
        Assert.NotNull((await ObserveAsync("acme")).Rejected);
        _server.Tokens["acme"] = good;
        Assert.Equal(0, (await AgentAsync($"git ls-remote {url}")).ExitCode);
        Assert.Null((await ObserveAsync("acme")).Rejected);

        // Another token takes its place.
        _server.Tokens["acme"] = Canary();
        await SetAsync("acme", "acme", _server.Tokens["acme"]);
        Assert.Equal(0, (await AgentAsync($"git ls-remote {url}")).ExitCode);
    }

    [MachineFact]
    public async Task ATokenIsNowhereButInItsFileAndIsGoneWhenItIsRemoved()
    {
        var token = _server.Tokens["acme"];
        await SetAsync("acme", "acme", token);
        Assert.Equal(0, (await AgentAsync($"git clone -q https://{GitServer.Host}/acme/widgets.git && ! env | grep -q '[c]{token[1..]}'")).ExitCode);
        Assert.Equal(["/home/agt-a/.config/agentworks/git-credentials"], await MachineSearch.FilesWithAsync(machine, token));
        await machine.Engine.GitCredentials.RemoveAsync("acme", MachineFixture.Vm, "a", Quiet, CancellationToken.None);
        Assert.Empty(await MachineSearch.FilesWithAsync(machine, token));
        Assert.DoesNotContain("credential", (await AgentAsync("cat ~/.gitconfig")).Output, StringComparison.Ordinal);
        Assert.Empty(machine.Engine.GitCredentials.List());
        Assert.Equal(string.Empty, await HomeSearch.FilesWithAsync(machine.Home, token));
    }

    [MachineFact]
    public async Task WhatTheConfigurationListsIsHeldAndNeedsNoTokenAgain()
    {
        var token = _server.Tokens["acme"];
        await SetAsync("byhand", "octo", _server.Tokens["octo"]);
        await File.WriteAllTextAsync(ConfigFile, $"""
            [git_credentials.e2e-listed]
            type = "generic"
            host = "{GitServer.Host}"
            owner = "acme"
            [agent_templates.default]
            git_credentials = ["e2e-listed"]
            """);
        var error = await Assert.ThrowsAsync<SecretMissingException>(InitializeAsync);
        Assert.Contains("GIT_CREDENTIALS_E2E_LISTED", error.Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_LISTED", token);
        Assert.Contains((await InitializeAsync()).Steps, step => step is { Name: "agent-git-credentials", State: StepState.Changed });
        Assert.Equal(0, (await InitializeAsync()).Changed);
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_LISTED", null);
        Assert.Equal(0, (await InitializeAsync()).Changed);
        Assert.Equal(0, (await AgentAsync($"git ls-remote https://{GitServer.Host}/acme/widgets.git")).ExitCode);

        // What was lost on the machine is told of, and comes again with the token.
        await AgentAsync("rm ~/.config/agentworks/git-credentials");
        Assert.Contains((await InitializeAsync()).Steps, step => step is { Name: "agent-git-credentials", State: StepState.Failed });
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_LISTED", token);
        Assert.Contains((await InitializeAsync()).Steps, step => step is { Name: "agent-git-credentials", State: StepState.Changed });
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_LISTED", null);
        await SetAsync("byhand", "octo", _server.Tokens["octo"]);

        File.Delete(ConfigFile);
        Assert.Contains((await InitializeAsync()).Steps, step => step is { Name: "agent-git-credentials", State: StepState.Changed });
        Assert.Equal(["byhand"], machine.Engine.GitCredentials.List().Select(one => one.Name));
        Assert.Empty(await MachineSearch.FilesWithAsync(machine, token));
        Assert.Equal(0, (await AgentAsync($"git ls-remote https://{GitServer.Host}/octo/hello.git")).ExitCode);

        Task<AgwInitialization> InitializeAsync() => machine.Engine.Agents.InitializeAsync("a", Quiet, CancellationToken.None);
    }

    [MachineFact]
    public async Task AWorkspaceIsClonedFromAPrivateRepositoryAndKeepsNothing()
    {
        var url = $"https://{GitServer.Host}/acme/widgets.git";
        await Assert.ThrowsAsync<RemoteCommandException>(() => MakeAsync("w0"));

        // As the admin may.
        await machine.Engine.GitCredentials.SetAsync(
            new SetGitCredential { Name = "admin", Vm = MachineFixture.Vm, Host = GitServer.Host, Owner = "acme", Token = _server.Tokens["acme"] }, Quiet, CancellationToken.None);
        await MakeAsync("w1");
        await machine.Engine.GitCredentials.RemoveAsync("admin", MachineFixture.Vm, null, Quiet, CancellationToken.None);

        // As the configuration says.
        await File.WriteAllTextAsync(ConfigFile, $"[git_credentials.e2e-clone]\ntype = \"generic\"\nhost = \"{GitServer.Host}\"\nowner = \"acme\"\n");
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_CLONE", _server.Tokens["acme"]);
        await MakeAsync("w2");
        Environment.SetEnvironmentVariable("GIT_CREDENTIALS_E2E_CLONE", null);

        Assert.Empty(await MachineSearch.FilesWithAsync(machine, _server.Tokens["acme"]));
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /run/agentworks/clone")).Output);
        foreach (var name in new[] { "w1", "w2" })
        {
            Assert.Equal(url + "\n", (await machine.RunAsync("git log -1 --format=%s >/dev/null && git remote get-url origin", workspace: name)).Output);
            Assert.DoesNotContain("credential", (await machine.RunAsync("cat .git/config ~/.gitconfig", workspace: name)).Output, StringComparison.Ordinal);
            await machine.Engine.Workspaces.RemoveAsync(name, cascade: true, Quiet, CancellationToken.None);
        }

        Task MakeAsync(string name) => machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = name, Repository = url }, Quiet, CancellationToken.None);
    }

    private static string Canary() => "canary" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    private Task SetAsync(string name, string owner, string token) => machine.Engine.GitCredentials.SetAsync(
        new SetGitCredential { Name = name, Agent = "a", Host = GitServer.Host, Owner = owner, Token = token }, Quiet, CancellationToken.None);

    private Task<AgwCommandResult> AgentAsync(string command) => machine.RunAsync(command, "a");

    private async Task RootAsync(string command)
    {
        var result = await machine.RootAsync(command);
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
    }

    private async Task<AgwGitCredential> ObserveAsync(string name)
    {
        await foreach (var one in machine.Engine.GitCredentials.ObserveAsync([.. machine.Engine.GitCredentials.List().Where(one => one.Name == name)], CancellationToken.None))
        {
            return one;
        }

        throw new InvalidOperationException($"There is no {name}.");
    }
}
