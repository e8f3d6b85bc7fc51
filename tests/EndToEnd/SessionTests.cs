using System.Security.Cryptography;
using System.Text;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.EndToEnd.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Sessions on a real machine: what locks them, how they end, what they keep.</summary>
[Collection("machine")]
public sealed class SessionTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "w" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "a", Workspaces = ["w"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Agents.RemoveAsync("a", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("w", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private static string Socket(string session) => $"/run/agentworks/sessions/{session}/tmux/sock";

    private Task<AgwCommandResult> TmuxAsync(string session, string arguments) =>
        machine.RunAsync($"tmux -S {Socket(session)} {arguments}", "a");

    [MachineFact]
    public async Task ASessionRunsAsItsAgentInItsWorkspace()
    {
        var session = await machine.StartSessionAsync("who", "w", "a", "id -un > who; pwd >> who; echo $AGENTWORKS_SESSION $AGENTWORKS_WORKSPACE >> who; sleep 1000");
        Assert.Equal(SessionStatus.Running, session.Status);
        await Eventually.BecomesAsync(
            async () => (await machine.RunAsync("cat who", workspace: "w")).Output == "agt-a\n/opt/agentworks/workspaces/w\nwho w\n", "the session has said who it is");
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("who")).Status);
    }

    [MachineFact]
    public async Task TheOnlyKeysAreThoseOfTheAllowList()
    {
        await machine.StartSessionAsync("locked", "w", "a", "sleep 1000");
        var allowed = Bindings(await machine.RunAsync("cat /etc/agentworks/tmux.conf"));
        var listed = await TmuxAsync("locked", "list-keys");
        var bound = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(words => $"{words[2]} {words[3]}").Order(StringComparer.Ordinal);
        Assert.Equal(allowed, bound);
        Assert.Contains("50000", (await TmuxAsync("locked", "show-options -g history-limit")).Output, StringComparison.Ordinal);
        Assert.Contains("off", (await TmuxAsync("locked", "show-options -g status")).Output, StringComparison.Ordinal);
        Assert.Contains("off", (await TmuxAsync("locked", "show-options -gw allow-passthrough")).Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Bindings(AgwCommandResult conf) => conf.Output.Split('\n')
        .Where(line => line.StartsWith("bind ", StringComparison.Ordinal))
        .Select(line => line.Split(' '))
        .Select(words => $"{words[2]} {words[3]}").Order(StringComparer.Ordinal);

    [MachineFact]
    public async Task AThousandRandomKeysLeaveOneWindowAndOnePane()
    {
        await machine.StartSessionAsync("keys", "w", "a", "cat > /dev/null");
        string[] keys =
        [
            "C-b", "c", "%", "'\"'", "x", "n", "p", "w", "s", "'$'", ",", ".", "'&'", "!", ":", "d", "[", "]", "Space", "Enter", "Escape", "Up", "Down", "PPage",
            "M-1", "M-2", "o", "q", "z", "t", "f", "?", "i", "'#'", "'-'", "D", "E", "L", "M", "m", "C-o", "C-z", "{", "}", "'~'", "'<'", "'>'", "0", "1", "9",
        ];

        // Typed by a client in a terminal of its own, because keys sent by command go past the key tables.
        const int Seed = 20261121;
        var random = new Random(Seed);
        var typed = string.Join(' ', Enumerable.Range(0, 1000).Select(_ => keys[random.Next(keys.Length)]));
        var script = $"""
            export TERM=xterm
            outer=$(mktemp -u)
            tmux -S "$outer" -f /dev/null new-session -d -x 100 -y 40 "while :; do tmux -S {Socket("keys")} attach -t =keys; sleep 0.05; done"
            tmux -S "$outer" set -g prefix None \; unbind -a -T root \; unbind -a -T prefix
            for key in {typed}; do tmux -S "$outer" send-keys -- "$key"; done
            tmux -S "$outer" kill-server
            """;
        Assert.Equal(0, (await machine.RunAsync(script, "a")).ExitCode);
        Assert.Equal("1 1 keys", (await TmuxAsync("keys", "list-panes -a -F '#{session_windows} #{window_panes} #{session_name}'")).Output.Trim());
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("keys")).Status);
    }

    [MachineFact]
    public async Task ASecretIsInNoArgumentListWhileTheSessionStarts()
    {
        var canary = "canary" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        await machine.RunAsync("rm -f /tmp/seen /tmp/stop");
        var watch = machine.RootAsync("""
            while [ ! -e /tmp/stop ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -o 'canary[0-9A-F]*' >> /tmp/seen; done; cat /tmp/seen
            """);
        var local = Task.Run(() =>
        {
            var seen = false;
            while (!watch.IsCompleted)
            {
                seen |= Processes.AnyArgumentHolds(canary);
            }

            return seen;
        });
        try
        {
            await machine.Engine.Sessions.CreateAsync(
                new NewSession
                {
                    Name = "secret",
                    Workspace = "w",
                    Agent = "a",
                    Command = "printf %s \"$TOKEN\" | sha256sum > digest; sleep 1000",
                    Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["TOKEN"] = canary },
                },
                Quiet,
                CancellationToken.None);
            var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(canary))).ToLowerInvariant();
            await Eventually.BecomesAsync(
                async () => (await machine.RunAsync("cat digest", workspace: "w")).Output.StartsWith(digest, StringComparison.Ordinal), "the command has its secret");
        }
        finally
        {
            await machine.RunAsync("touch /tmp/stop");
        }

        // It has looked until it was told to stop.
        var watched = await watch;
        Assert.True(watched.ExitCode == 0, watched.ErrorOutput);
        Assert.DoesNotContain(canary, watched.Output, StringComparison.Ordinal);
        Assert.False(await local);
        var places = await machine.RootAsync($"grep -rlF -- {canary} /run/agentworks /var/lib/agentworks /var/log /etc/agentworks /tmp /home 2>/dev/null");
        Assert.Equal(string.Empty, places.Output.Trim());
        Assert.Equal(string.Empty, await HomeSearch.FilesWithAsync(machine.Home, canary));
    }

    [MachineFact]
    public async Task WhatACommandPrintsIsKeptNowhere()
    {
        var canary = "canary" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        var result = await machine.RunAsync($"printf '%s%s' {canary[..10]} {canary[10..]}", "a");
        Assert.Equal(canary, result.Output);

        // sudo logs what it runs, so the pattern must not match itself.
        var places = await machine.RootAsync($"grep -rl -- '[c]{canary[1..]}' /run /var/lib /var/log /tmp /home 2>/dev/null");
        Assert.Equal(string.Empty, places.Output.Trim());
    }


    [MachineFact]
    public async Task NamesThatBeginAlikeAreNeverConfused()
    {
        await machine.StartSessionAsync("web", "w", "a", "cat > web.txt");
        await machine.StartSessionAsync("web2", "w", "a", "cat > web2.txt");
        await Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync(["web"], new StopSession(TimeSpan.FromSeconds(5)), Quiet, CancellationToken.None));
        Assert.Equal(SessionStatus.Stopped, (await machine.ObserveAsync("web")).Status);
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("web2")).Status);
        await Assert.ThrowsAsync<NotReadyException>(() => Outcomes.DrainAsync(
            machine.Engine.Sessions.SendInputAsync(["web"], new SessionInput("for web", Enter: true, []), CancellationToken.None)));
        await Outcomes.DrainAsync(machine.Engine.Sessions.SendInputAsync(["web2"], new SessionInput("for web2", Enter: true, []), CancellationToken.None));
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat web2.txt", workspace: "w")).Output == "for web2\n", "web2 has its input");
    }

    [MachineFact]
    public async Task ACommandThatDiesAtOnceIsAnErrorWithItsOutputAndLeavesNothing()
    {
        var died = await Assert.ThrowsAsync<SessionDiedException>(() => machine.StartSessionAsync("dead", "w", "a", "echo told-you-so; no-such-program-here"));
        Assert.Contains("told-you-so", died.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(machine.Engine.Sessions.List(), session => session.Name == "dead");
        Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /run/agentworks/sessions/dead /var/lib/agentworks/sessions/dead /var/log/agentworks/sessions/dead.log 2>/dev/null")).Output);
    }

    [MachineFact]
    public async Task OneThatIsComingUpByItselfIsStoppedStartedAndRemoved()
    {
        const string Unit = "agentworks-session@late.service";
        const string Slow = $"/run/systemd/system/{Unit}.d";
        await machine.StartSessionAsync("late", "w", "a", "exec sleep 1000");

        await ComesUpAsync();
        await Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync(["late"], new StopSession(TimeSpan.FromSeconds(1)), Quiet, CancellationToken.None));
        Assert.Contains(await StateAsync(), new[] { "inactive", "failed" });

        await ComesUpAsync();
        Assert.Equal(0, (await machine.RootAsync($"rm -r {Slow}; systemctl daemon-reload")).ExitCode);
        await Outcomes.DrainAsync(machine.Engine.Sessions.StartAsync(["late"], restart: false, kill: false, new Dictionary<string, string>(StringComparer.Ordinal), Quiet, CancellationToken.None));
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("late")).Status);

        await ComesUpAsync();
        await machine.RemoveSessionsAsync("late");
        Assert.Contains(await StateAsync(), new[] { "inactive", "failed" });
        Assert.Equal(string.Empty, (await machine.RootAsync($"rm -r {Slow}; systemctl daemon-reload; ls -d /run/agentworks/*/late /var/lib/agentworks/sessions/late /etc/systemd/system/*/{Unit} 2>/dev/null")).Output);

        async Task<string> StateAsync() => (await machine.RootAsync($"systemctl is-active {Unit}")).Output.Trim();

        // As after a reboot, only that it never gets done.
        async Task ComesUpAsync()
        {
            await machine.RootAsync(
                $"systemctl stop {Unit}; mkdir -p {Slow}; printf '[Service]\\nExecStartPre=/bin/sleep 1000\\n' > {Slow}/slow.conf; systemctl daemon-reload;"
                + $"ln -sfn /etc/systemd/system/agentworks-session@.service /etc/systemd/system/multi-user.target.wants/{Unit}; systemctl start --no-block {Unit}");
            await Eventually.BecomesAsync(async () => await StateAsync() == "activating", "it comes up");
        }
    }

    [MachineFact]
    public async Task ItIsAnErrorAlsoWhereThePaneComesToItLate()
    {
        // What the pane's script runs before the command, on a busy machine.
        const string Slow = "printf '#!/bin/sh\n[ $(id -un) != agt-a ] || sleep 0.2\nexec /usr/bin/rm \"$@\"\n' > /usr/local/bin/rm && chmod 755 /usr/local/bin/rm";
        Assert.Equal(0, (await machine.RootAsync(Slow)).ExitCode);
        try
        {
            await Assert.ThrowsAsync<SessionDiedException>(() => machine.StartSessionAsync("dead", "w", "a", "echo told-you-so; exit 7"));
        }
        finally
        {
            await machine.RootAsync("/usr/bin/rm /usr/local/bin/rm");
        }
    }

    [MachineFact]
    public async Task ACommandThatEndsLaterIsSeenWithItsStatusAndItsLogStays()
    {
        await machine.StartSessionAsync("ends", "w", "a", "echo some output; while [ ! -e go ]; do sleep 0.05; done; exit 5");
        Assert.Equal(0, (await machine.RunAsync("touch go", workspace: "w")).ExitCode);
        await Eventually.BecomesAsync(async () => (await machine.ObserveAsync("ends")) is { Status: SessionStatus.Exited, ExitCode: 5 }, "the command has ended");
        await Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync(["ends"], new StopSession(TimeSpan.FromSeconds(1)), Quiet, CancellationToken.None));
        var lines = new List<string>();
        await foreach (var line in machine.Engine.Sessions.ReadLogAsync("ends", null, wait: false, raw: false, CancellationToken.None))
        {
            lines.Add(line);
        }

        Assert.Contains("some output", lines);
        var log = await machine.RootAsync("stat -c '%U %a' /var/log/agentworks/sessions/ends.log");
        Assert.Equal("root 600", log.Output.Trim());
    }

    [MachineFact]
    public async Task ManyLinesArePastedAsOneAndNothingInThemIsRun()
    {
        await machine.StartSessionAsync("paste", "w", "a", "cat > pasted");
        const string Text = "first $(touch pwned) `id`\nsecond ; rm -rf x\n-leading\ttab\n'quotes\" and \\n";
        await Outcomes.DrainAsync(machine.Engine.Sessions.SendInputAsync(["paste"], new SessionInput(Text, Enter: true, ["C-d"]), CancellationToken.None));
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat pasted", workspace: "w")).Output == Text + "\n", "all of it has arrived as it was");
        Assert.NotEqual(0, (await machine.RunAsync("ls pwned", workspace: "w")).ExitCode);
    }

    [MachineFact]
    public async Task TenSessionsStopTogetherAndAStubbornOneIsKilled()
    {
        var names = Enumerable.Range(0, 10).Select(i => $"many{i}").ToArray();
        foreach (var name in names)
        {
            await machine.StartSessionAsync(name, "w", "a", name == "many3" ? "trap '' INT TERM HUP; while :; do sleep 1000; done" : "sleep 1000");
        }

        var stopped = await Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync(names, new StopSession(TimeSpan.FromMilliseconds(300)), Quiet, CancellationToken.None));
        Assert.Equal(10, stopped.Count);
        Assert.All(stopped, session => Assert.Equal(SessionStatus.Stopped, session.Status));
        Assert.Equal(string.Empty, (await machine.RootAsync("pgrep -u agt-a -fa 'sleep 1000'")).Output);
    }

    [MachineFact]
    public async Task AfterARebootSessionsThatShouldRunDoAndTheOthersDoNot()
    {
        await machine.Engine.Sessions.CreateAsync(
            new NewSession { Name = "back", Workspace = "w", Agent = "a", Command = "echo first run; sleep 1000", RestartCommand = "echo resumed run; sleep 1000" }, Quiet, CancellationToken.None);
        await machine.StartSessionAsync("stays-off", "w", "a", "sleep 1000");
        await Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync(["stays-off"], new StopSession(TimeSpan.FromSeconds(1)), Quiet, CancellationToken.None));
        await machine.Engine.Sessions.CreateAsync(
            new NewSession
            {
                Name = "waits",
                Workspace = "w",
                Agent = "a",
                Command = "sleep 1000",
                Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["KEY"] = "canary" },
            },
            Quiet,
            CancellationToken.None);
        var before = await machine.ObserveAsync("back");

        await machine.Engine.Vms.RestartAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        await Eventually.BecomesAsync(async () => (await machine.ObserveAsync("back")).Status == SessionStatus.Running, "the session is back");
        Assert.NotEqual(before.RunId, (await machine.ObserveAsync("back")).RunId);
        Assert.Equal(SessionStatus.Stopped, (await machine.ObserveAsync("stays-off")).Status);
        await Eventually.BecomesAsync(
            async () => (await machine.RootAsync("systemctl is-failed agentworks-session@waits.service")).Output == "failed\n", "the one without its secret gave up");
        Assert.Equal(SessionStatus.Stopped, (await machine.ObserveAsync("waits")).Status);
        await Eventually.BecomesAsync(
            async () =>
            {
                var lines = new List<string>();
                await foreach (var line in machine.Engine.Sessions.ReadLogAsync("back", null, wait: false, raw: false, CancellationToken.None))
                {
                    lines.Add(line);
                }

                return lines.Contains("first run") && lines.Contains("resumed run");
            },
            "the log has both runs");
    }
}
