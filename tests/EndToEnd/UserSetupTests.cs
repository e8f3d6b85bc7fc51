using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd;

/// <summary>What a template gives to a user, on a real machine with real repositories. mise and claude are stand-ins; see <see cref="UserSetupGround"/>.</summary>
[Collection("machine")]
public sealed class UserSetupTests(MachineFixture machine) : IAsyncLifetime
{
    private readonly UserSetupGround _ground = new(machine);

    public Task InitializeAsync() => _ground.PrepareAsync();

    public Task DisposeAsync() => _ground.ClearAsync();

    [MachineFact]
    public async Task EverythingThatATemplateNamesIsThereAndStays()
    {
        await _ground.ConfigureAsync("""
            mise_packages = ["node@22", "jq"]
            mise_lockfile = "mise.lock"
            user_install_commands = ["greeter", "claude-stand-in", "once"]
            dotfiles_source = "git::https://git.test/dots.git"
            dotfiles_install_cmd = "./install.sh"
            claude_marketplaces = ["acme/tools"]
            claude_plugins = ["lint@tools"]
            """);
        await File.WriteAllTextAsync(Path.Combine(machine.Home, "mise.lock"), "[[tools.node]]\n[[tools.jq]]\n");
        var agent = await _ground.CreateAsync();
        Assert.Equal([], agent.FailedSteps);
        Assert.Equal(LifecycleState.Ready, agent.State);

        Assert.Equal("hello\n", (await machine.RunAsync("bash -lc greeter", UserSetupGround.Agent)).Output);
        Assert.Equal("active\n", (await machine.RunAsync("bash -ic 'echo $MISE_STAND_IN' 2>/dev/null", UserSetupGround.Agent)).Output);
        Assert.Equal("one", await ReadAsync("~/installed"));
        Assert.Equal("[settings]\nminimum_release_age = \"7d\"", await ReadAsync("~/.config/mise/config.toml", "sed -n '3,4p'"));
        Assert.Equal("22", await ReadAsync("~/.local/share/mise/installs/node/version"));
        await AssertAtRestAsync();
        Assert.Equal("1", await ReadAsync("~/once", "wc -l <"));
        Assert.Equal("1", await ReadAsync("~/.bashrc", "grep -c agentworks"));

        // What goes from the template goes from the machine; what the agent has of its own stays.
        await machine.RunAsync("echo 'alias mine=true' >> ~/.bashrc; sed -i '1i # mine' ~/.profile", UserSetupGround.Agent);
        await _ground.ConfigureAsync("""mise_packages = ["jq"]""");
        await _ground.InitializeAsync();
        Assert.Equal("jq", (await machine.RunAsync("ls ~/.local/share/mise/installs; ls ~/.config/mise/mise.lock 2>/dev/null", UserSetupGround.Agent)).Output.Trim());
        await _ground.ConfigureAsync(string.Empty);
        await _ground.InitializeAsync();
        Assert.NotEqual(0, (await machine.RunAsync("ls ~/.config/mise/config.toml || ls ~/.agentworks-*", UserSetupGround.Agent)).ExitCode);
        Assert.Equal("alias mine=true", await ReadAsync("~/.bashrc", "tail -n 1"));
        Assert.Equal("# mine", await ReadAsync("~/.profile", "head -n 1"));
        await AssertAtRestAsync();
    }

    [MachineFact]
    public async Task DriftIsNamedAndOnlyItIsRepaired()
    {
        await _ground.ConfigureAsync("""
            mise_packages = ["jq"]
            user_install_commands = ["greeter"]
            dotfiles_source = "dots"
            dotfiles_install_cmd = "./install.sh"
            claude_plugins = ["lint@tools"]
            """);
        await _ground.WriteDotsAsync();
        var agent = await _ground.CreateAsync();
        Assert.Equal(["agent-claude-plugins"], agent.FailedSteps);
        Assert.Equal(LifecycleState.Partial, agent.State);
        await _ground.ConfigureAsync("""
            mise_packages = ["jq"]
            user_install_commands = ["greeter"]
            dotfiles_source = "dots"
            dotfiles_install_cmd = "./install.sh"
            """);
        await _ground.InitializeAsync();
        Assert.Equal(LifecycleState.Ready, machine.Engine.Agents.List().Single(a => a.Name == UserSetupGround.Agent).State);
        await AssertAtRestAsync();

        await BreakAsync("rm ~/bin/greeter", "agent-install-greeter");
        await BreakAsync("echo x >> ~/.agentworks-profile.sh", "agent-shell-files");
        await BreakAsync("sed -i /agentworks/d ~/.bashrc", "agent-shell-files");
        await BreakAsync("echo '# mine' >> ~/.config/mise/config.toml", "agent-mise-config");
        await BreakAsync("rm -r ~/.local/share/mise/installs/jq", "agent-mise-tools");
        await BreakAsync("mkdir -p ~/.local/share/mise/installs/old", "agent-mise-prune");
        await BreakAsync("echo x >> ~/.dotfiles/sub/vimrc", "agent-dotfiles");
        await BreakAsync("rm ~/.dotfiles/install.sh", "agent-dotfiles");
        await BreakAsync("chmod -x ~/.dotfiles/install.sh", "agent-dotfiles");
        await BreakAsync("ln -sf /etc/passwd ~/.dotfiles/sub/vimrc", "agent-dotfiles");
        await BreakAsync("git config --global --add safe.directory '*'", "agent-git-safe-directories");
        Assert.Equal("root:x", (await machine.RunAsync("cut -c 1-6 /etc/passwd | head -n 1")).Output.Trim());
        Succeeded(await machine.RootAsync($"sed -i d /etc/agentworks/authorized_keys/{UserSetupGround.LinuxUser}"));
        await AssertDriftAsync("agent-keys");
        Assert.Equal(1, (await _ground.InitializeAsync()).Changed);
    }

    [MachineFact]
    public async Task AFolderOfTheOperatorsIsMirrored()
    {
        await _ground.ConfigureAsync("""
            dotfiles_source = "dots"
            dotfiles_destination = "~/.config/dots"
            dotfiles_install_cmd = "./install.sh"
            """);
        await _ground.WriteDotsAsync();
        await _ground.CreateAsync();
        Assert.Equal("one", await ReadAsync("~/installed"));
        Assert.Equal("sub/vimrc", await ReadAsync("~/.config/dots/link", "readlink"));

        // Content changed: it is installed again, what vanished vanishes, nothing nests, and what the user put there stays.
        var dots = Path.Combine(machine.Home, "dots");
        await machine.RunAsync("echo mine > ~/.config/dots/mine; echo mine > ~/.config/dots/sub/mine", UserSetupGround.Agent);
        File.Delete(Path.Combine(dots, "sub", "vimrc"));
        File.Delete(Path.Combine(dots, "link"));
        Directory.CreateDirectory(Path.Combine(dots, "gone"));
        await File.WriteAllTextAsync(Path.Combine(dots, "word"), "two");
        await AssertDriftAsync("agent-dotfiles", "agent-dotfiles-install");
        await _ground.InitializeAsync();
        Assert.Equal("two", await ReadAsync("~/installed"));
        Assert.Equal("./gone\n./install.sh\n./mine\n./sub\n./sub/mine\n./word", await ReadAsync("~/.config/dots", "sh -c 'cd \"$0\" && find . -mindepth 1 | sort'"));
        await AssertAtRestAsync();

        // More than fits into the script goes by itself, once.
        await File.WriteAllBytesAsync(Path.Combine(dots, "large"), Random.Shared.GetItems(Enumerable.Range(0, 256).Select(n => (byte)n).ToArray(), 700_000));
        await _ground.InitializeAsync();
        Assert.Equal("700000", await ReadAsync("~/.config/dots/large", "stat -c %s"));
        Assert.NotEqual(0, (await machine.RootAsync("ls /run/agentworks/incoming/*")).ExitCode);
        await AssertAtRestAsync();

        // A link in a folder's place leads nothing of ours to where it leads.
        Succeeded(await machine.RunAsync("mkdir ~/other && echo kept > ~/other/large && rm -r ~/.config/dots/sub && ln -s ~/other ~/.config/dots/sub", UserSetupGround.Agent));
        await File.WriteAllTextAsync(Path.Combine(dots, "sub", "large"), "new");
        await _ground.InitializeAsync();
        Assert.Equal("kept", await ReadAsync("~/other/large"));
        Assert.Equal("new", await ReadAsync("~/.config/dots/sub/large"));

        // Somebody else's folder is not taken over.
        await _ground.ConfigureAsync("""
            dotfiles_source = "dots"
            dotfiles_destination = "~/other"
            """);
        var result = await _ground.InitializeAsync();
        Assert.Contains("did not come from here", Failure(result, "agent-dotfiles"), StringComparison.Ordinal);
        Assert.Equal("kept", await ReadAsync("~/other/large"));
    }

    [MachineFact]
    public async Task ACloneFollowsItsReferenceAndLosesNothingOfTheUsers()
    {
        var commits = await _ground.CommitsAsync();
        await UseAsync(string.Empty);
        await _ground.CreateAsync();
        Assert.Equal(commits[^1], await HeadAsync());
        await UseAsync("?ref=v1");
        await _ground.InitializeAsync();
        Assert.Equal(commits[0], await HeadAsync());
        await AssertAtRestAsync();
        await UseAsync("?ref=" + commits[1][..9]);
        await _ground.InitializeAsync();
        Assert.Equal(commits[1], await HeadAsync());
        await AssertAtRestAsync();
        await UseAsync("?ref=" + commits[0]);
        await _ground.InitializeAsync();
        Assert.Equal(commits[0], await HeadAsync());
        await UseAsync("?ref=side");
        await _ground.InitializeAsync();
        Assert.Equal("side", (await machine.RunAsync("git -C ~/.dotfiles branch --show-current", UserSetupGround.Agent)).Output.Trim());
        await AssertAtRestAsync();

        // The branch moves: it is followed. It is rewritten: it is followed, because nothing of the user's is lost.
        var moved = await _ground.CommitAsync("side", "three");
        await AssertDriftAsync("agent-dotfiles");
        await _ground.InitializeAsync();
        Assert.Equal(moved, await HeadAsync());
        Assert.Equal("three", await ReadAsync("~/installed"));
        var rewritten = await _ground.CommitAsync("side", "four", amend: true);
        await _ground.InitializeAsync();
        Assert.Equal(rewritten, await HeadAsync());

        // An edit that would be overwritten stays, and the step says so; one that is not in the way stays too.
        Succeeded(await machine.RunAsync("cd ~/.dotfiles && echo mine > word && echo mine > new", UserSetupGround.Agent));
        var next = await _ground.CommitAsync("side", "five");
        Assert.Contains("word", Failure(await _ground.InitializeAsync(), "agent-dotfiles"), StringComparison.Ordinal);
        Assert.Equal("mine", await ReadAsync("~/.dotfiles/word"));
        Succeeded(await machine.RunAsync("cd ~/.dotfiles && git checkout word", UserSetupGround.Agent));
        await _ground.InitializeAsync();
        Assert.Equal(next, await HeadAsync());
        Assert.Equal("mine", await ReadAsync("~/.dotfiles/new"));

        // A commit of the user's own on top is no drift, and is not lost when the branch moves on.
        Succeeded(await machine.RunAsync("cd ~/.dotfiles && git add new && git -c user.name=a -c user.email=a@b commit -qm mine", UserSetupGround.Agent));
        var own = await HeadAsync();
        await AssertDriftAsync("agent-dotfiles-install");
        await _ground.InitializeAsync();
        await AssertDriftAsync();
        await _ground.CommitAsync("side", "six");
        Assert.Contains("commits of its own", Failure(await _ground.InitializeAsync(), "agent-dotfiles"), StringComparison.Ordinal);
        Assert.Equal(own, await HeadAsync());

        // Another repository, or none at all, in its place is left alone.
        Succeeded(await machine.RunAsync("git -C ~/.dotfiles remote set-url origin https://git.test/other.git", UserSetupGround.Agent));
        Assert.Contains("clone of https://git.test/other.git", Failure(await _ground.InitializeAsync(), "agent-dotfiles"), StringComparison.Ordinal);
        Succeeded(await machine.RunAsync("rm -rf ~/.dotfiles && mkdir ~/.dotfiles && touch ~/.dotfiles/mine", UserSetupGround.Agent));
        Assert.Contains("not a git repository", Failure(await _ground.InitializeAsync(), "agent-dotfiles"), StringComparison.Ordinal);
        Succeeded(await machine.RunAsync("rm -rf ~/.dotfiles", UserSetupGround.Agent));
        await UseAsync("?ref=nowhere");
        Assert.Contains("nowhere", Failure(await _ground.InitializeAsync(), "agent-dotfiles"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await machine.RunAsync("ls -d ~/.dotfiles*", UserSetupGround.Agent)).ExitCode);

        // Part of a repository: all of it is cloned, and the installer runs in that part.
        await UseAsync("//part?ref=side");
        await _ground.InitializeAsync();
        Assert.Equal("part", await ReadAsync("~/installed"));

        Task UseAsync(string rest) => _ground.ConfigureAsync($"dotfiles_source = \"git::https://git.test/dots.git{rest}\"\n");
    }

    [MachineFact]
    public async Task ALockFileFromARepositoryIsFollowedAndToolsThatItLacksAreNamed()
    {
        await _ground.CommitAsync("main", "[[tools.jq]]", file: "locks/mise.lock");
        const string Source = "mise_lockfile = \"git::https://git.test/dots.git//locks/mise.lock?ref=main\"\n";
        await _ground.ConfigureAsync(Source + "mise_packages = [\"jq\", \"node@22\"]");
        await _ground.CreateAsync();
        var result = await _ground.InitializeAsync();
        var why = Failure(result, "agent-mise-tools");
        Assert.Contains("node@22", why, StringComparison.Ordinal);
        Assert.Contains("mise_allow_unlocked", why, StringComparison.Ordinal);
        Assert.Equal("jq", (await machine.RunAsync("ls ~/.local/share/mise/installs", UserSetupGround.Agent)).Output.Trim());

        await _ground.CommitAsync("main", "[[tools.jq]]\n[[tools.node]]", file: "locks/mise.lock");
        await AssertDriftAsync("agent-mise-lock", "agent-mise-tools");
        Assert.Equal(2, (await _ground.InitializeAsync()).Changed);
        await AssertAtRestAsync();

        await _ground.CommitAsync("main", "none", file: "locks/mise.lock");
        await _ground.ConfigureAsync(Source + "mise_packages = [\"jq\", \"node@24\"]\nmise_allow_unlocked = true");
        Assert.Equal(0, (await _ground.InitializeAsync()).Failed);
        Assert.Equal("24", await ReadAsync("~/.local/share/mise/installs/node/version"));
        await AssertAtRestAsync();
    }

    [MachineFact]
    public async Task AHostileHomeHarmsNobodyElse()
    {
        await _ground.ConfigureAsync("""
            mise_packages = ["jq"]
            dotfiles_source = "dots"
            """);
        await _ground.WriteDotsAsync();
        await _ground.CreateAsync();
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "victim" }, NullEventSink.Instance, CancellationToken.None);
        try
        {
            Succeeded(await machine.RunAsync("echo secret > ~/file; chmod 600 ~/file", "victim"));
            var before = (await machine.RootAsync("cat /etc/passwd; find /home/agt-victim -type f | sort | xargs sha256sum")).Output;
            Succeeded(await machine.RunAsync(
                """
                rm -rf ~/.config ~/.agentworks-rc.sh ~/.agentworks-profile.sh ~/.dotfiles ~/.profile
                touch ~/.config
                ln -sf /etc/passwd ~/.bashrc
                ln -s /home/agt-victim/file ~/.agentworks-rc.sh
                mkdir -p ~/.agentworks-profile.sh/x
                mkfifo ~/.profile
                ln -s /home/agt-victim ~/.dotfiles
                """, UserSetupGround.Agent));
            var result = await _ground.InitializeAsync();
            var shell = Failure(result, "agent-shell-files");
            Assert.Contains("~/.bashrc is a link", shell, StringComparison.Ordinal);
            Assert.Contains("~/.profile is not a file", shell, StringComparison.Ordinal);
            Assert.Contains("~/.agentworks-profile.sh cannot be written", shell, StringComparison.Ordinal);
            Assert.NotNull(Failure(result, "agent-mise-config"));
            Assert.NotNull(Failure(result, "agent-dotfiles"));
            Assert.Equal(before, (await machine.RootAsync("cat /etc/passwd; find /home/agt-victim -type f | sort | xargs sha256sum")).Output);
        }
        finally
        {
            await machine.Engine.Agents.RemoveAsync("victim", cascade: true, NullEventSink.Instance, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task AnInstallerThatFailsOrLeavesSomethingRunningIsToldAndHoldsUpNothing()
    {
        await _ground.ConfigureAsync("""
            user_install_commands = ["broken", "liar", "daemon", "root", "greeter"]
            dotfiles_source = "dots"
            dotfiles_install_cmd = "echo no luck >&2; exit 3"
            """);
        await _ground.WriteDotsAsync();
        var agent = await _ground.CreateAsync();
        Assert.Equal(["agent-dotfiles-install", "agent-install-broken", "agent-install-liar", "agent-install-root"], agent.FailedSteps);
        var result = await _ground.InitializeAsync();
        Assert.Equal("no luck", Failure(result, "agent-dotfiles-install"));
        Assert.Equal("it ended with exit status 4", Failure(result, "agent-install-broken"));
        Assert.Contains("still not as wanted", Failure(result, "agent-install-liar"), StringComparison.Ordinal);
        Assert.Equal(0, result.Changed);
    }

    [MachineFact]
    public async Task WhatIsMissingHereIsFoundBeforeTheUserIsMade()
    {
        foreach (var missing in new[] { "dotfiles_source = \"nowhere\"", "mise_lockfile = \"nowhere\"" })
        {
            await _ground.ConfigureAsync(missing);
            await Assert.ThrowsAsync<NotFoundException>(_ground.CreateAsync);
        }

        await _ground.ConfigureAsync("user_install_commands = [\"nowhere\"]");
        await Assert.ThrowsAsync<ConfigException>(_ground.CreateAsync);
        await _ground.ConfigureAsync(string.Empty);
        Assert.DoesNotContain(machine.Engine.Agents.List(), agent => agent.Name == UserSetupGround.Agent);
        Assert.NotEqual(0, (await machine.RootAsync("getent passwd " + UserSetupGround.LinuxUser)).ExitCode);
    }

    [MachineFact]
    public async Task TheAdminGetsTheSame()
    {
        await _ground.WriteDotsAsync();
        await _ground.ConfigureAsync(string.Empty, """
            user_install_commands = ["greeter", "root"]
            dotfiles_source = "dots"
            """);
        var result = await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(string.Empty, string.Join(", ", result.Steps.Where(step => step.State == StepState.Failed)));
        Assert.Equal("hello\n", (await machine.RunAsync("bash -lc greeter")).Output);
        Assert.Equal("one\n", (await machine.RunAsync("cat ~/installed; sudo -n rm ~/installed /tmp/root")).Output);
        var again = await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal(["admin-install-root"], again.Steps.Where(step => step.State == StepState.Changed).Select(step => step.Name));
        Assert.Equal(0, (await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, NullEventSink.Instance, CancellationToken.None)).Changed);
        await _ground.ConfigureAsync(string.Empty);
        await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, NullEventSink.Instance, CancellationToken.None);
        await machine.RunAsync("sudo -n rm -rf /tmp/root ~/.dotfiles ~/bin");
    }

    private async Task BreakAsync(string how, string step)
    {
        Succeeded(await machine.RunAsync(how, UserSetupGround.Agent));
        await AssertDriftAsync(step);
        var result = await _ground.InitializeAsync();
        Assert.Equal([step], result.Steps.Where(s => s.State == StepState.Changed).Select(s => s.Name));
        await AssertDriftAsync();
    }

    private async Task AssertDriftAsync(params string[] expected)
    {
        var checks = await Outcomes.DrainAsync(machine.Engine.AgentChecks.CheckAsync([UserSetupGround.Agent], CancellationToken.None));
        Assert.Equal(expected, checks.Where(check => check.Status == DriftStatus.Drifted).Select(check => check.Check));
    }

    private async Task AssertAtRestAsync()
    {
        await AssertDriftAsync();
        var result = await _ground.InitializeAsync();
        Assert.All(result.Steps, step => Assert.Equal(StepState.Ok, step.State));
    }

    private static string? Failure(AgwInitialization result, string step)
    {
        var found = result.Steps.Single(s => s.Name == step);
        Assert.Equal(StepState.Failed, found.State);
        return found.Detail;
    }

    private async Task<string> HeadAsync() => (await machine.RunAsync("git -C ~/.dotfiles rev-parse HEAD", UserSetupGround.Agent)).Output.Trim();

    private async Task<string> ReadAsync(string path, string how = "cat") => (await machine.RunAsync($"{how} {path}", UserSetupGround.Agent)).Output.Trim();

    private static void Succeeded(AgwCommandResult result) => Assert.True(result.ExitCode == 0, result.ErrorOutput);
}
