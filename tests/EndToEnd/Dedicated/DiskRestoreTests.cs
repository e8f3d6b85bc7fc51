using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>A disk of another time knows the agents, grants, sessions and tokens of then: what was taken away since does not come back with it.</summary>
[Collection("dedicated")]
public sealed class DiskRestoreTests(DedicatedFixture ground)
{
    private const string Token = "token-that-was-taken-away";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task WhatIsRecordedIsWhatIsOnTheMachineOrIsNamed()
    {
        await ground.NewAsync("past");
        foreach (var name in new[] { "stays", "goes", "barred" })
        {
            await ground.Engine.Agents.CreateAsync(new NewAgent { Name = name, Vm = "past", Workspaces = ["past"] }, Quiet, CancellationToken.None);
        }

        await StartAsync("removed", "goes");
        await StartAsync("halted", "stays");
        await StartAsync("runs", "stays");
        await ground.Engine.GitCredentials.SetAsync(new SetGitCredential { Name = "t", Agent = "stays", Host = "git.test", Token = Token }, Quiet, CancellationToken.None);
        await AsAgentAsync("goes", "echo of one who goes > theirs");
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "past", Name = "s" }, Quiet, CancellationToken.None);

        await ground.Engine.Agents.RemoveAsync("goes", cascade: true, Quiet, CancellationToken.None);
        await ground.Engine.Agents.RevokeAsync("barred", ["past"], all: false, kill: true, Quiet, CancellationToken.None);
        await ground.Engine.GitCredentials.RemoveAsync("t", "past", "stays", Quiet, CancellationToken.None);
        await Outcomes.DrainAsync(ground.Engine.Sessions.StopAsync(["halted"], new StopSession(TimeSpan.Zero), Quiet, CancellationToken.None));
        await ground.Engine.Agents.CreateAsync(new NewAgent { Name = "came", Vm = "past", Workspaces = ["past"] }, Quiet, CancellationToken.None);
        await StartAsync("fresh", "stays");

        var told = new KeepingSink();
        await ground.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "past", Name = "s", Stop = TimeSpan.Zero }, told, CancellationToken.None);
        Assert.Contains(told.Warnings, warning => warning.EndsWith("Initialize-AgwAgent came", StringComparison.Ordinal));
        Assert.Contains(told.Warnings, warning => warning.EndsWith("Start-AgwSession fresh", StringComparison.Ordinal));
        Assert.Equal(2, told.Warnings.Count);
        Assert.Equal(string.Empty, await LookAsync("past"));
        Assert.Equal("workspace", await ground.RootAsync("past", "stat -c %U /workspace/theirs"));
        Assert.Equal(0, (await AsAgentAsync("stays", "touch mine")).ExitCode);
        Assert.Equal("kept out", await ground.RootAsync("past", "setpriv --reuid agt-barred --regid agt-barred --init-groups touch /workspace/x 2>/dev/null || echo kept out"));
        await Eventually.BecomesAsync(async () => (await StatusAsync("runs")).Single() == SessionStatus.Running, "what ran is back");
        Assert.Equal([SessionStatus.Stopped, SessionStatus.Stopped, SessionStatus.Running], await StatusAsync("fresh", "halted", "runs"));

        // What it named is done as it said.
        Assert.Equal(0, (await ground.Engine.Agents.InitializeAsync("came", Quiet, CancellationToken.None)).Failed);
        Assert.Equal(0, (await AsAgentAsync("came", "touch theirs-again")).ExitCode);
        await Outcomes.DrainAsync(ground.Engine.Sessions.StartAsync(["fresh"], restart: false, new Dictionary<string, string>(), Quiet, CancellationToken.None));
        Assert.Equal([SessionStatus.Running], await StatusAsync("fresh"));
        Assert.DoesNotContain(await Outcomes.DrainAsync(ground.Engine.AgentChecks.CheckAsync(["stays", "came", "barred"], CancellationToken.None)), check => check.Status == DriftStatus.Drifted);

        // A fork has no agents, and nothing of those that its source has.
        Assert.Null((await ground.Engine.Forks.ForkAsync(new ForkWorkspace("past", ["past-fork"], "s"), Quiet, CancellationToken.None))[0].Error);
        Assert.Equal(string.Empty, await LookAsync("past-fork"));
        Assert.Equal(string.Empty, await ground.RootAsync("past-fork", "getent passwd | grep ^agt- || :"));
        await ground.RemoveAsync("past-fork");
        await ground.RemoveAsync("past");
    }

    /// <summary>What should not be there.</summary>
    private Task<string> LookAsync(string workspace) => ground.RootAsync(
        workspace,
        $"getent passwd | grep -e agt-goes || :; ls -d /home/agt-goes /var/lib/agentworks/sessions/removed /run/agentworks/sessions/removed 2>/dev/null || :; grep -rl {Token} /home /root /etc 2>/dev/null || :");

    private Task StartAsync(string name, string agent) =>
        ground.Engine.Sessions.CreateAsync(new NewSession { Name = name, Workspace = "past", Agent = agent, Command = "exec sleep 1000" }, Quiet, CancellationToken.None);

    private async Task<AgwCommandResult> AsAgentAsync(string agent, string command) =>
        (await Outcomes.DrainAsync(ground.Engine.Commands.InvokeAsync([new CommandTarget(null, "past", agent)], new CommandRequest { Command = command, Timeout = TimeSpan.FromSeconds(30) }, CancellationToken.None)))[0];

    private async Task<IEnumerable<SessionStatus>> StatusAsync(params string[] names)
    {
        var seen = new List<AgwSession>();
        await foreach (var session in ground.Engine.Sessions.ObserveAsync([.. ground.Engine.Sessions.List().Where(one => names.Contains(one.Name))], CancellationToken.None))
        {
            seen.Add(session);
        }

        return seen.OrderBy(session => session.Name, StringComparer.Ordinal).Select(session => session.Status);
    }
}
