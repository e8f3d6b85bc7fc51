using Agentworks.Agents;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>What an agent can do against the operator's commands: nothing that outlasts them.</summary>
[Collection("machine")]
public sealed class HostileAgentTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "ground" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "mallory", Workspaces = ["ground"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (machine.Engine.Agents.List().Any(agent => agent.Name == "mallory"))
        {
            await machine.Engine.Agents.RemoveAsync("mallory", cascade: true, Quiet, CancellationToken.None);
        }

        if (machine.Engine.Workspaces.List().Any(workspace => workspace.Name == "ground"))
        {
            await machine.Engine.Workspaces.RemoveAsync("ground", cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task ASilentServerInTheSocketsPlaceHoldsUpNobody()
    {
        await machine.StartSessionAsync("deaf", "ground", "mallory", "sleep 1000");
        await machine.StartSessionAsync("fair", "ground", "mallory", "cat");
        Succeeded(await machine.RunAsync(
            "cd /run/agentworks/sessions/deaf/tmux && rm sock && setsid perl -MSocket -e 'socket S,PF_UNIX,SOCK_STREAM,0; bind S,pack_sockaddr_un(shift) or die; listen S,99; open F,q(>),q(ready); for (;;) { accept my $c,S; push @c,$c }' $PWD/sock >/dev/null 2>&1 &",
            "mallory"));
        await Eventually.BecomesAsync(
            async () => (await machine.RunAsync("ls /run/agentworks/sessions/deaf/tmux/ready", "mallory")).ExitCode == 0, "the silent server listens");

        var typed = await Collect(machine.Engine.Sessions.SendInputAsync(["deaf", "fair"], new SessionInput("hello", Enter: true, []), CancellationToken.None));
        Assert.NotNull(typed["deaf"].Error);
        Assert.Null(typed["fair"].Error);
        var stopped = await Collect(machine.Engine.Sessions.StopAsync(["deaf", "fair"], new StopSession(TimeSpan.FromSeconds(1)), Quiet, CancellationToken.None));
        Assert.All(stopped.Values, outcome => Assert.Null(outcome.Error));
    }

    [MachineFact]
    public async Task AnExitStatusThatIsAPipeHoldsUpNobody()
    {
        await machine.StartSessionAsync("piped", "ground", "mallory", "sleep 1000");
        Succeeded(await machine.RunAsync("mkfifo /run/agentworks/sessions/piped/tmux/exit", "mallory"));
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("piped")).Status);
        var typed = await Collect(machine.Engine.Sessions.SendInputAsync(["piped"], new SessionInput("hello", Enter: true, []), CancellationToken.None));
        Assert.Null(typed["piped"].Error);
    }

    [MachineFact]
    public async Task AKeyIsNoCommandOfTmux()
    {
        await machine.StartSessionAsync("keys", "ground", "mallory", "stty raw -echo; cat > keys");
        string[] keys = [";", "kill-server", "a b", "*", "-t", "x;"];
        var typed = await Collect(machine.Engine.Sessions.SendInputAsync(["keys"], new SessionInput(string.Empty, Enter: false, keys), CancellationToken.None));
        Assert.Null(typed["keys"].Error);
        await Eventually.BecomesAsync(
            async () => (await machine.RunAsync("cat keys", workspace: "ground")).Output == string.Concat(keys), "what are no keys is typed as it is");
    }

    [MachineFact]
    public async Task AProcessThatKeepsFillingTheRuntimeFolderDoesNotKeepTheSession()
    {
        await machine.StartSessionAsync("full", "ground", "mallory", "sleep 1000");
        Succeeded(await machine.RunAsync(
            "mkdir /run/agentworks/sessions/full/tmux/x; for n in 1 2 3; do setsid perl -e 'chdir q(/run/agentworks/sessions/full/tmux/x); for (;;) { for (1..50) { mkdir qq(d$_); mkdir qq(/run/agentworks/sessions/full/tmux/e$_) } }' >/dev/null 2>&1 & done",
            "mallory"));
        var stopped = await Collect(machine.Engine.Sessions.StopAsync(["full"], new StopSession(TimeSpan.FromSeconds(1)), Quiet, CancellationToken.None));
        Assert.Null(stopped["full"].Error);
        Assert.NotEqual(0, (await machine.RootAsync("ls -d /run/agentworks/sessions/full")).ExitCode);
    }

    [MachineFact]
    public async Task NoProcessKeepsItsAgentFromBeingRemoved()
    {
        // su runs as root while it waits for the password; the loop forks faster than a list of processes can be read.
        Succeeded(await machine.RunAsync(
            "mkfifo ~/never; setsid sh -c 'exec 3<>~/never; exec su root <&3' >/dev/null 2>&1 & setsid sh -c 'trap \"\" HUP TERM INT; while :; do sleep 0.01; done' >/dev/null 2>&1 & ipcmk -M 1000",
            "mallory"));
        await Eventually.BecomesAsync(async () => (await machine.RootAsync("pgrep -u root -x su")).ExitCode == 0, "su waits");
        var uid = (await machine.RootAsync("id -u agt-mallory")).Output.Trim();
        await machine.Engine.Agents.RemoveAsync("mallory", cascade: true, Quiet, CancellationToken.None);
        Assert.NotEqual(0, (await machine.RootAsync($"pgrep -U {uid} || getent passwd agt-mallory")).ExitCode);

        // The next user may get the same number: what belongs to the number is gone too.
        Assert.DoesNotContain(uid, (await machine.RootAsync("cut -c 30- /proc/sysvipc/shm")).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [MachineFact]
    public async Task ReadOnlySubvolumesInsideDoNotKeepAWorkspace()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "beside" }, Quiet, CancellationToken.None);
        try
        {
            Succeeded(await machine.RootAsync("cd /opt/agentworks/workspaces/beside && btrfs subvolume create kept && echo x > kept/file"));
            var kept = (await machine.RootAsync("btrfs inspect-internal rootid /opt/agentworks/workspaces/beside/kept")).Output.Trim();

            // One in another, read-only, and one whose name would have a reader of the list remove somebody else's.
            Succeeded(await machine.RunAsync(
                $"cd /opt/agentworks/workspaces/ground && btrfs subvolume create a && btrfs subvolume create a/b && echo x > a/b/file && btrfs subvolume snapshot -r a/b a/c && btrfs subvolume snapshot -r a d && btrfs subvolume create \"$(printf 'e\\nID {kept} gen 9 top level 5 path x')\"",
                "mallory"));
            await machine.Engine.Workspaces.RemoveAsync("ground", cascade: true, Quiet, CancellationToken.None);
            Assert.NotEqual(0, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/ground")).ExitCode);
            Assert.Equal("x", (await machine.RootAsync("cat /opt/agentworks/workspaces/beside/kept/file")).Output.Trim());
        }
        finally
        {
            await machine.Engine.Workspaces.RemoveAsync("beside", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private static void Succeeded(AgwCommandResult result) => Assert.True(result.ExitCode == 0, result.ErrorOutput);

    private static async Task<Dictionary<string, BatchOutcome<AgwSession>>> Collect(IAsyncEnumerable<BatchOutcome<AgwSession>> outcomes)
    {
        var all = new Dictionary<string, BatchOutcome<AgwSession>>(StringComparer.Ordinal);
        await foreach (var outcome in outcomes)
        {
            all[outcome.Name] = outcome;
        }

        return all;
    }
}
