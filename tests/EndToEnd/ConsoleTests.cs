using Agentworks.Agents;
using Agentworks.Consoles;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Consoles on a real machine, seen through a real terminal.</summary>
[Collection("machine")]
public sealed class ConsoleTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    private int _questions;

    private ConsoleService Consoles => machine.Engine.Consoles;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "yard" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "smith", Workspaces = ["yard"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var console in Consoles.List())
            {
                await Consoles.RemoveAsync(console.Name, Quiet, CancellationToken.None);
            }

            await RootAsync("systemctl stop 'agentworks-console-*.service'; rm -f /home/agentworks/.tmux.conf");
            await machine.Engine.Agents.RemoveAsync("smith", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("yard", cascade: true, Quiet, CancellationToken.None);
            File.Delete(Path.Combine(machine.Home, "config.toml"));
        }
    }

    [MachineFact]
    public async Task ItsWindowsComeInOrderAndTypingReachesTheSessions()
    {
        await StartAsync("web2", "cat");
        await StartAsync("web", "cat");
        await machine.StartSessionAsync("boss", "yard", null, "cat");
        await NewAsync("con", "web2", "web+1", "boss+1");
        await Consoles.AddShellAsync("con", new NewConsoleShell("web", null, Admin: true), Quiet, CancellationToken.None);
        Assert.Equal(ConsoleStatus.Stopped, await StatusAsync("con"));

        await using var terminal = await EnterAsync("con");
        await terminal.ShowsAsync("web2");
        await AttachedAsync("web2");
        await AttachedAsync("web");
        Assert.Equal("web2 web boss", await WindowsAsync("con"));
        Assert.Equal(ConsoleStatus.Running, await StatusAsync("con"));
        await terminal.TypeAsync("for web2 alone\r");
        await terminal.ShowsAsync("for web2 alone\nfor web2 alone");
        await terminal.PressAsync("C-b", "n");
        await terminal.TypeAsync("for web\r");
        await terminal.ShowsAsync("for web\nfor web");

        Assert.Equal("agt-smith", await WhoAsync("con", "web", 1));
        Assert.Equal("agentworks", await WhoAsync("con", "web", 2));
        Assert.Equal("agentworks", await WhoAsync("con", "boss", 1));
        Assert.Equal("/opt/agentworks/workspaces/yard", await AskAsync("con", "web", 1, "pwd"));

        // Whoever attaches to an agent's server is that agent; in the console there is only our wrapper.
        Assert.Equal("agt-smith", (await RootAsync($"ps -o user:32= -p {await ClientAsync("web2")}")).Trim());

        await StopAsync("web");
        await terminal.ShowsAsync("Session web has stopped");
        await terminal.PressAsync("C-b", "p");
        await terminal.TypeAsync("still here\r");
        await terminal.ShowsAsync("still here\nstill here");
    }

    [MachineFact]
    public async Task AWindowAttachesAgainAfterADetachAStopAndAnEnd()
    {
        await StartAsync("life", "cat");
        await StartAsync("ends", "read line; echo last words; exit 5");
        await NewAsync("con", "life", "ends");
        await using var terminal = await EnterAsync("con");
        await AttachedAsync("life");
        await terminal.TypeAsync("one\r");
        await terminal.ShowsAsync("one\none");
        var before = await ClientAsync("life");
        await terminal.PressAsync("C-b", "C-b", "d");
        await AttachedAsync("life", before);
        await terminal.TypeAsync("two\r");
        await terminal.ShowsAsync("two\ntwo");

        await StopAsync("life");
        await terminal.ShowsAsync("Session life has stopped");
        await terminal.TypeAsync("typed to nobody\r");
        await Outcomes.DrainAsync(machine.Engine.Sessions.StartAsync(["life"], restart: false, kill: false, new Dictionary<string, string>(StringComparer.Ordinal), Quiet, CancellationToken.None));
        await AttachedAsync("life");
        await terminal.TypeAsync("three\r");
        await terminal.ShowsAsync("three\nthree");
        Assert.DoesNotContain("nobody", await terminal.ScreenAsync(), StringComparison.Ordinal);

        await AttachedAsync("ends");
        await terminal.PressAsync("C-b", "n");
        await terminal.TypeAsync("go\r");
        await terminal.ShowsAsync("Session ends has ended (exit status 5)");
        Assert.Contains("last words", await terminal.ScreenAsync(), StringComparison.Ordinal);
        await Outcomes.DrainAsync(machine.Engine.Sessions.StartAsync(["ends"], restart: true, kill: false, new Dictionary<string, string>(StringComparer.Ordinal), Quiet, CancellationToken.None));
        await AttachedAsync("ends");
    }

    [MachineFact]
    public async Task ChangesReachAConsoleThatSomebodyLooksAt()
    {
        foreach (var name in new[] { "one", "two", "three" })
        {
            await StartAsync(name, "cat");
        }

        await NewAsync("con", "one");
        await using var terminal = await EnterAsync("con");
        await terminal.ShowsAsync("one");
        await AttachedAsync("one");
        await Consoles.AddSessionsAsync("con", [new("two", 1), new("three", 0)], Quiet, CancellationToken.None);
        Assert.Equal("one two three", await WindowsAsync("con"));
        await Consoles.ReorderAsync("con", ["three"], Quiet, CancellationToken.None);
        Assert.Equal("three one two", await WindowsAsync("con"));
        await Consoles.AddShellAsync("con", new NewConsoleShell("one", "no/such; folder;", Admin: false), Quiet, CancellationToken.None);
        await terminal.ShowsAsync("cwd missing: /opt/agentworks/workspaces/yard/no/such; folder;");
        await Consoles.AddShellAsync("con", new NewConsoleShell("one", null, Admin: false), Quiet, CancellationToken.None);
        Assert.Equal(["main ", "s 0", "s 1"], await MarksAsync("con", "one"));

        // What the operator opened stays where it is, and so does what is looked at.
        await TmuxAsync("con", "new-window -d -n mine");
        await Consoles.ReorderAsync("con", ["two"], Quiet, CancellationToken.None);
        Assert.Equal("two three one mine", await WindowsAsync("con"));
        await terminal.TypeAsync("seen\r");
        await terminal.ShowsAsync("seen\nseen");

        var second = (await PanesAsync("con", "one"))[2];
        await Consoles.RemoveShellsAsync("con", "one", [0], Quiet, CancellationToken.None);
        Assert.Equal(["main ", "s 0"], await MarksAsync("con", "one"));
        Assert.Equal(second, (await PanesAsync("con", "one"))[1]);
        await Consoles.RemoveSessionsAsync("con", ["three"], Quiet, CancellationToken.None);
        Assert.Equal("two one mine", await WindowsAsync("con"));

        // A session that is removed takes its window along, and whoever empties a console is told.
        var events = new Listener();
        await Outcomes.DrainAsync(machine.Engine.Sessions.RemoveAsync(["one"], events, CancellationToken.None));
        Assert.Equal("two mine", await WindowsAsync("con"));
        Assert.Empty(events.Warnings);
        await Outcomes.DrainAsync(machine.Engine.Sessions.RemoveAsync(["two"], events, CancellationToken.None));
        Assert.Equal("mine", await WindowsAsync("con"));
        Assert.Contains("'con'", Assert.Single(events.Warnings), StringComparison.Ordinal);

        await Consoles.RemoveAsync("con", Quiet, CancellationToken.None);
        Assert.Equal("inactive", (await RootAsync("systemctl is-active agentworks-console-con")).Trim());
        Assert.Equal(string.Empty, await RootAsync("ls -d /run/agentworks/consoles/con 2>/dev/null"));
    }

    [MachineFact]
    public async Task WhatWasChangedWhileTheMachineWasOffIsThereAtTheNextEntering()
    {
        await StartAsync("kept", "cat");
        await StartAsync("later", "cat");
        await NewAsync("con", "kept");
        await Consoles.GetAttachAsync(new ConsoleTarget("con"), recreate: false, Quiet, CancellationToken.None);
        await machine.Engine.Vms.StopAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        var events = new Listener();
        await Consoles.AddSessionsAsync("con", [new("later", 1)], events, CancellationToken.None);
        await Consoles.ReorderAsync("con", ["later"], events, CancellationToken.None);
        Assert.Empty(events.Warnings);
        Assert.Equal(ConsoleStatus.Stopped, await StatusAsync("con"));
        await machine.Engine.Vms.StartAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
        await Consoles.GetAttachAsync(new ConsoleTarget("con"), recreate: false, Quiet, CancellationToken.None);
        Assert.Equal("later kept", await WindowsAsync("con"));

        // Also where it runs on without having heard of them.
        await TmuxAsync("con", "set-option -t =con: @agentworks-definition old \\; kill-window -t =con:later");
        await Consoles.GetAttachAsync(new ConsoleTarget("con"), recreate: false, Quiet, CancellationToken.None);
        Assert.Equal("later kept", await WindowsAsync("con"));
        Assert.Equal(["main ", "s 0"], await MarksAsync("con", "later"));
    }

    [MachineFact]
    public async Task RepairPutsBackWhatIsGoneAndNothingElse()
    {
        // An operator's own settings, which count windows and panes from 1.
        Assert.Equal(0, (await machine.RunAsync("printf 'set -g base-index 1\nsetw -g pane-base-index 1\n' > ~/.tmux.conf")).ExitCode);
        await StartAsync("web", "cat");
        await StartAsync("api", "cat");
        await NewAsync("con", "web+2", "api+1");
        Assert.IsType<NotReadyException>(await Record.ExceptionAsync(() => RepairAsync("con")));
        await using var terminal = await EnterAsync("con");
        await terminal.ShowsAsync("web");
        Assert.Equal("1", (await TmuxAsync("con", "show-options -gwv pane-base-index")).Trim());
        Assert.Equal(["main ", "s 0", "s 1"], await MarksAsync("con", "web"));
        Assert.Equal("web:  api: ", await RepairAsync("con"));

        await TmuxAsync("con", $"kill-pane -t {(await PanesAsync("con", "web"))[1]}");
        Assert.Equal("web: shell 0", await RepairAsync("con", "web"));
        Assert.Equal(["main ", "s 0", "s 1"], await MarksAsync("con", "web"));

        await AttachedAsync("web");
        var before = await ClientAsync("web");
        await TmuxAsync("con", $"kill-pane -t {(await PanesAsync("con", "web"))[0]}");
        Assert.Equal("web: session pane api: ", await RepairAsync("con"));
        Assert.Equal(["main ", "s 0", "s 1"], await MarksAsync("con", "web"));
        await AttachedAsync("web", before);
        await terminal.TypeAsync("back again\r");
        await terminal.ShowsAsync("back again\nback again");

        await TmuxAsync("con", $"kill-pane -t {(await PanesAsync("con", "web"))[0]} \\; kill-pane -t {(await PanesAsync("con", "web"))[2]}");
        Assert.Equal("web: session pane, shell 1 api: ", await RepairAsync("con"));
        Assert.Equal(["main ", "s 0", "s 1"], await MarksAsync("con", "web"));

        // What was closed by hand stays closed until it is put back.
        await TmuxAsync("con", "kill-window -t =con:web");
        await Consoles.GetAttachAsync(new ConsoleTarget("con"), recreate: false, Quiet, CancellationToken.None);
        Assert.Equal("api", await WindowsAsync("con"));
        Assert.Equal("web: window api: ", await RepairAsync("con"));
        Assert.Equal("web api", await WindowsAsync("con"));

        await TmuxAsync("con", $"split-window -d -t {(await PanesAsync("con", "web"))[0]}");
        Assert.Equal("web! api: ", await RepairAsync("con"));
        await Consoles.GetAttachAsync(new ConsoleTarget("con"), recreate: true, Quiet, CancellationToken.None);
        Assert.Equal("web:  api: ", await RepairAsync("con"));
        Assert.IsType<NotFoundException>(await Record.ExceptionAsync(() => RepairAsync("con", "nope")));
    }

    [MachineFact]
    public async Task TheLayoutFitsTheTerminalThatLooks()
    {
        const string Geometry = "#{pane_width}x#{pane_height},#{pane_left},#{pane_top}";
        await StartAsync("web", "cat");
        await NewAsync("con", "web+2");
        await using (var terminal = await EnterAsync("con", width: 200, height: 51))
        {
            await LaidOutAsync("200x25,0,0 200x11,0,26 200x12,0,38");
            await terminal.ResizeAsync(150, 31);
            await LaidOutAsync("150x15,0,0 150x6,0,16 150x7,0,23");
        }

        await using (await EnterAsync("con", width: 120, height: 40))
        {
            await LaidOutAsync("120x19,0,0 120x9,0,20 120x9,0,30");
        }

        foreach (var preset in new[] { "tiled", "even-vertical", "even-horizontal", "main-vertical", "main-horizontal" })
        {
            await File.WriteAllTextAsync(Path.Combine(machine.Home, "config.toml"), $"[named_console]\ntmux_layout = \"{preset}\"\n");
            await using var terminal = await EnterAsync("con", width: 101, height: 33);

            // A window of the same size, laid out by hand.
            await TmuxAsync("con", "new-window -n same sleep 1000");
            await Eventually.BecomesAsync(async () => (await PanesAsync("con", "same", Geometry)).SequenceEqual(["101x32,0,0"]), "the window has the terminal's size");
            await TmuxAsync("con", $"split-window sleep 1000 \\; split-window sleep 1000 \\; select-layout {preset}");
            var wanted = string.Join(' ', await PanesAsync("con", "same", Geometry));
            await TmuxAsync("con", "kill-window -t =con:same");
            await LaidOutAsync(wanted);
        }

        Task LaidOutAsync(string wanted) => Eventually.BecomesAsync(
            async () => string.Join(' ', await PanesAsync("con", "web", Geometry)) == wanted, $"the panes are {wanted}");
    }

    [MachineFact]
    public async Task AnAgentReachesNeitherTheConsoleNorTheAdminThroughIt()
    {
        await StartAsync("trap", "cat");
        await NewAsync("con", "trap+1");
        await using var terminal = await EnterAsync("con");
        await AttachedAsync("trap");
        Assert.NotEqual(0, (await machine.RunAsync("tmux -S /run/agentworks/consoles/con/sock list-windows", "smith")).ExitCode);
        Assert.NotEqual(0, (await machine.RunAsync("ls /run/agentworks/consoles", "smith")).ExitCode);

        // Its server can make those who attach run commands. They run as the agent that it is.
        const string Server = "tmux -S /run/agentworks/sessions/trap/tmux/sock";
        var hostile = $"{Server} set -g lock-command 'id -un >> /opt/agentworks/workspaces/yard/locked' \\; lock-session -t =trap \\; detach-client -s =trap -E 'id -un >> /opt/agentworks/workspaces/yard/detached'";
        Assert.Equal(0, (await machine.RunAsync(hostile, "smith")).ExitCode);
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat detached", workspace: "yard")).Output == "agt-smith\n", "the command has run as the agent");
        Assert.Empty((await machine.RunAsync("cat locked 2>/dev/null", workspace: "yard")).Output.Replace("agt-smith\n", string.Empty, StringComparison.Ordinal));

        // What programs print does nothing to the admin's tmux: no clipboard, no names, and no way round the parser.
        var shell = (await PanesAsync("con", "trap"))[1];
        const string Print = """
            cat > print <<'end'
            printf '\033]52;c;aGFjaw==\a\033kowned\033\\\033Ptmux;\033\033]0;owned\a\033\\\033]0;#(touch owned)\a'
            echo done
            end
            """;
        Assert.Equal(0, (await machine.RunAsync(Print, workspace: "yard")).ExitCode);
        await TmuxAsync("con", $"send-keys -t {shell} 'sh print' Enter");
        await Eventually.BecomesAsync(async () => (await TmuxAsync("con", $"capture-pane -p -t {shell}")).Contains("\ndone\n", StringComparison.Ordinal), "it has printed them");
        Assert.Equal("trap", await WindowsAsync("con"));
        Assert.Equal(string.Empty, await TmuxAsync("con", "list-buffers"));
        Assert.Equal("off off off", string.Join(' ', (await TmuxAsync("con", "show-options -sv set-clipboard \\; show-options -gwv allow-passthrough \\; show-options -gwv allow-rename")).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(string.Empty, await AskAsync("con", "trap", 1, "env | grep ^TMUX"));
        Assert.NotEqual(0, (await machine.RunAsync("ls owned", workspace: "yard")).ExitCode);
    }

    [MachineFact]
    public async Task AWorkspaceAndAMachineHaveConsolesOfTheirOwn()
    {
        await StartAsync("web", "cat");
        await using var terminal = await Terminal.OpenAsync(
            await Consoles.GetAttachAsync(new ConsoleTarget(Workspace: "yard"), recreate: false, Quiet, CancellationToken.None));
        await terminal.ShowsAsync("--admin--");
        Assert.Equal("--admin-- web", await WindowsAsync("workspace--yard"));
        Assert.Equal("ws-yard", await WhoAsync("workspace--yard", "--admin--", 0));
        Assert.Equal("/opt/agentworks/workspaces/yard", await AskAsync("workspace--yard", "--admin--", 0, "pwd"));
        await machine.StartSessionAsync("boss", "yard", null, "cat");
        await Consoles.GetAttachAsync(new ConsoleTarget(Workspace: "yard"), recreate: false, Quiet, CancellationToken.None);
        Assert.Equal("--admin-- boss web", await WindowsAsync("workspace--yard"));
        await Consoles.GetAttachAsync(new ConsoleTarget(Vm: MachineFixture.Vm), recreate: false, Quiet, CancellationToken.None);
        Assert.Equal("--admin-- boss web", await WindowsAsync($"vm--{MachineFixture.Vm}"));
        Assert.Equal("agentworks", await WhoAsync($"vm--{MachineFixture.Vm}", "--admin--", 0));
        await machine.RemoveSessionsAsync("boss");
        Assert.Equal("--admin-- web", await WindowsAsync("workspace--yard"));
        Assert.Equal("--admin-- web", await WindowsAsync($"vm--{MachineFixture.Vm}"));
    }

    private async Task<string> RepairAsync(string name, params string[] sessions)
    {
        var outcomes = await Consoles.RepairAsync(name, sessions, Quiet, CancellationToken.None);
        return string.Join(' ', outcomes.Select(outcome => outcome.Value is null ? outcome.Name + "!" : $"{outcome.Name}: {string.Join(", ", outcome.Value.Repaired)}"));
    }

    private Task StopAsync(string session) =>
        Outcomes.DrainAsync(machine.Engine.Sessions.StopAsync([session], new StopSession(TimeSpan.FromSeconds(2)), Quiet, CancellationToken.None));

    /// <summary>Until a client is attached, other than the one before: what is typed earlier is for nobody.</summary>
    private Task AttachedAsync(string session, string before = "") => Eventually.BecomesAsync(
        async () => await ClientAsync(session) is { Length: > 0 } client && client != before, $"a client has attached to {session}");

    /// <summary>The process that is attached to a session; empty when none is.</summary>
    private async Task<string> ClientAsync(string session) =>
        (await machine.RunAsync($"tmux -S /run/agentworks/sessions/{session}/tmux/sock list-clients -F '#{{client_pid}}' 2>/dev/null", "smith")).Output.Trim();

    /// <summary>The marks of a window's panes in order: main for the session's, s and its number for a shell's.</summary>
    private async Task<string[]> MarksAsync(string console, string window) =>
        [.. (await PanesAsync(console, window, "#{?#{==:#{@agentworks-pane},main},main,s} #{@agentworks-shell-index}"))];

    private Task<AgwSession> StartAsync(string name, string command) => machine.StartSessionAsync(name, "yard", "smith", command);

    private Task<AgwConsole> NewAsync(string name, params string[] specs) =>
        Consoles.CreateAsync(new NewConsole { Name = name, Sessions = [.. specs.Select(ConsoleSpec.Parse)] }, CancellationToken.None);

    private async Task<Terminal> EnterAsync(string name, bool recreate = false, int width = 120, int height = 40) =>
        await Terminal.OpenAsync(await Consoles.GetAttachAsync(new ConsoleTarget(name), recreate, Quiet, CancellationToken.None), width, height);

    private async Task<ConsoleStatus> StatusAsync(string name)
    {
        await foreach (var console in Consoles.ObserveAsync([.. Consoles.List().Where(console => console.Name == name)], CancellationToken.None))
        {
            return console.Status;
        }

        throw new InvalidOperationException($"There is no console {name}.");
    }

    /// <summary>As the admin, who owns the console's tmux.</summary>
    private async Task<string> TmuxAsync(string console, string arguments)
    {
        var result = await machine.RunAsync($"tmux -S /run/agentworks/consoles/{console}/sock {arguments}");
        Assert.True(result.ExitCode == 0, $"{arguments}: {result.ErrorOutput}");
        return result.Output;
    }

    private async Task<string> WindowsAsync(string console) =>
        (await TmuxAsync(console, "list-windows -F '#{window_name}'")).Trim().Replace('\n', ' ');

    private async Task<string[]> PanesAsync(string console, string window, string format = "#{pane_id}") =>
        (await TmuxAsync(console, $"list-panes -s -F '#{{window_name}} {format}'")).Split('\n')
            .Where(line => line.StartsWith(window + " ", StringComparison.Ordinal)).Select(line => line[(window.Length + 1)..]).ToArray();

    private Task<string> WhoAsync(string console, string window, int pane) => AskAsync(console, window, pane, "id -un");

    /// <summary>What a shell in a pane answers to a line.</summary>
    private async Task<string> AskAsync(string console, string window, int pane, string line)
    {
        var id = (await PanesAsync(console, window))[pane];

        // The answer to this question, not to one before.
        var (begin, end) = ($"<{++_questions}:", ">");
        await TmuxAsync(console, $"send-keys -t {id} \"echo '{begin}'\\$({line})'{end}'\" Enter");
        var answer = string.Empty;
        await Eventually.BecomesAsync(
            async () => (answer = (await TmuxAsync(console, $"capture-pane -p -t {id}")).Split('\n').LastOrDefault(row => row.StartsWith(begin, StringComparison.Ordinal)) ?? string.Empty)
                .EndsWith(end, StringComparison.Ordinal),
            $"the shell in pane {pane} of {window} answers");
        return answer[begin.Length..^end.Length];
    }

    private async Task<string> RootAsync(string command) => (await machine.RootAsync(command)).Output;

    private sealed class Listener : IEventSink
    {
        public List<string> Warnings { get; } = [];

        public void Report(EngineEvent engineEvent)
        {
            if (engineEvent is WarningEvent warning)
            {
                Warnings.Add(warning.Message);
            }
        }
    }
}
