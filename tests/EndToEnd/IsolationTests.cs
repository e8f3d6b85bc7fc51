using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>What one agent can see of another, checked on the machine itself.</summary>
[Collection("machine")]
public sealed class IsolationTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "mine" }, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "theirs" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "alice", Workspaces = ["mine"] }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "bob", Workspaces = ["theirs"] }, Quiet, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        foreach (var agent in machine.Engine.Agents.List())
        {
            await machine.Engine.Agents.RemoveAsync(agent.Name, cascade: true, Quiet, CancellationToken.None);
        }

        foreach (var workspace in machine.Engine.Workspaces.List())
        {
            await machine.Engine.Workspaces.RemoveAsync(workspace.Name, cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task AnAgentSeesNothingOfAnother()
    {
        await machine.StartSessionAsync("bobs", "theirs", "bob", "export HIDDEN=1; sleep 1000");
        await machine.RunAsync("echo x > ~/private; echo y > /tmp/of-bob; chmod 600 /tmp/of-bob", "bob");
        string[] attempts =
        [
            "ls /home/agt-bob",
            "cat /home/agt-bob/private",
            "ls /opt/agentworks/workspaces/theirs",
            "cd /opt/agentworks/workspaces/theirs",
            "touch /opt/agentworks/workspaces/theirs/x",
            "ls /opt/agentworks/workspaces",
            "ls /run/agentworks/sessions",
            "ls /run/agentworks/sessions/bobs/tmux",
            "tmux -S /run/agentworks/sessions/bobs/tmux/sock list-sessions",
            "echo junk > /run/agentworks/sessions/bobs/log",
            "cat /var/log/agentworks/sessions/bobs.log",
            "ls /var/lib/agentworks/sessions",
            "sudo -n true",
            "pgrep -u agt-bob",
            "cat /etc/shadow",
            "echo key >> /etc/agentworks/authorized_keys/agt-alice",
        ];
        foreach (var attempt in attempts)
        {
            var result = await machine.RunAsync(attempt, "alice");
            Assert.True(result.ExitCode != 0, $"'{attempt}' succeeded: {result.Output}");
        }

        // Its processes are not even to be seen, and so neither their environment.
        var bobs = (await machine.RootAsync("pgrep -u agt-bob")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(bobs);
        foreach (var pid in bobs)
        {
            Assert.NotEqual(0, (await machine.RunAsync($"cat /proc/{pid}/environ || ls /proc/{pid}", "alice")).ExitCode);
        }
    }

    [MachineFact]
    public async Task AHookOfAnAgentNeverRunsAsTheAdmin()
    {
        var made = await machine.RunAsync(
            "git init -q . && printf '#!/bin/sh\\nid -un >> /opt/agentworks/workspaces/mine/.git/ran-as\\n' > .git/hooks/post-checkout && chmod +x .git/hooks/post-checkout && git config core.fsmonitor .git/hooks/post-checkout"
            + " && git -c user.name=a -c user.email=a commit -q --allow-empty -m one",
            "alice",
            "mine");
        Assert.True(made.ExitCode == 0, made.ErrorOutput);

        var byHand = await machine.RunAsync("git -C /opt/agentworks/workspaces/mine status");
        await machine.RunAsync("git checkout -q -b other; git status", workspace: "mine");

        Assert.NotEqual(0, byHand.ExitCode);
        var users = (await machine.RootAsync("cat /opt/agentworks/workspaces/mine/.git/ran-as")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        Assert.NotEmpty(users);
        Assert.All(users, user => Assert.Contains(user, new[] { "ws-mine", "agt-alice" }));
    }

    [MachineFact]
    public async Task AGrantHoldsInTheNextCommandAndARevokeAtOnce()
    {
        Assert.NotEqual(0, (await machine.RunAsync("ls /opt/agentworks/workspaces/theirs", "alice")).ExitCode);
        await machine.Engine.Agents.GrantAsync("alice", ["theirs"], all: false, Quiet, CancellationToken.None);
        Assert.Equal(0, (await machine.RunAsync("touch from-alice", "alice", "theirs")).ExitCode);

        // A process that began while the grant held stands inside when it is taken away.
        await machine.RunAsync(
            "cd /opt/agentworks/workspaces/theirs && nohup sh -c 'trap \"\" HUP; while sleep 0.05; do ls /opt/agentworks/workspaces/theirs >/dev/null 2>&1 || { echo denied > ~/told; exec sleep 1000; }; done' >/dev/null 2>&1 &",
            "alice");
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("pgrep -f while", "alice")).ExitCode == 0, "the process runs");
        var outcomes = await machine.Engine.Agents.RevokeAsync("alice", ["theirs"], all: false, kill: false, Quiet, CancellationToken.None);

        Assert.NotEmpty(Assert.Single(outcomes).Processes);
        Assert.NotEqual(0, (await machine.RunAsync("ls /opt/agentworks/workspaces/theirs", "alice")).ExitCode);
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat ~/told", "alice")).ExitCode == 0, "the running process is denied");
        await Assert.ThrowsAsync<AccessNotGrantedException>(() => machine.RunAsync("true", "alice", "theirs"));
    }

    [MachineFact]
    public async Task AGrantOnAllWorkspacesHoldsForLaterOnes()
    {
        await machine.Engine.Agents.GrantAsync("bob", [], all: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "later" }, Quiet, CancellationToken.None);
        Assert.Equal(0, (await machine.RunAsync("touch x", "bob", "later")).ExitCode);
        await machine.Engine.Agents.RevokeAsync("bob", [], all: true, kill: false, Quiet, CancellationToken.None);
        foreach (var workspace in new[] { "mine", "theirs", "later" })
        {
            Assert.NotEqual(0, (await machine.RunAsync($"ls /opt/agentworks/workspaces/{workspace}", "bob")).ExitCode);
        }
    }

    [MachineFact]
    public async Task ASessionsGrantGoesWithTheSession()
    {
        await machine.StartSessionAsync("visit", "theirs", "alice", "sleep 1000");
        Assert.Equal(0, (await machine.RunAsync("ls", "alice", "theirs")).ExitCode);
        await machine.RemoveSessionsAsync("visit");
        Assert.NotEqual(0, (await machine.RunAsync("ls /opt/agentworks/workspaces/theirs", "alice")).ExitCode);
    }

    [MachineFact]
    public async Task RemovalLeavesNothing()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "brief" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "brief", Workspaces = ["brief"] }, Quiet, CancellationToken.None);
        await machine.StartSessionAsync("brief", "brief", "brief", "sleep 1000");
        await Assert.ThrowsAsync<HasDependentsException>(() => machine.Engine.Agents.RemoveAsync("brief", cascade: false, Quiet, CancellationToken.None));
        await machine.Engine.Agents.RemoveAsync("brief", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("brief", cascade: true, Quiet, CancellationToken.None);

        var left = await machine.RootAsync(
            "getent passwd agt-brief ws-brief; getent group agt-brief ws-brief; find / -xdev -name '*brief*' -not -path '/proc/*' -not -path '/usr/*' -not -path '/sys/*' 2>/dev/null; pgrep -fa brief | grep -v pgrep | grep -v 'sh -c'; find /opt/agentworks/workspaces -name '*brief*'");
        Assert.Equal(string.Empty, left.Output.Trim());
    }
}
