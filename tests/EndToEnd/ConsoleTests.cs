using Agentworks.Agents;
using Agentworks.Consoles;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Consoles on a real machine, seen through a real terminal.</summary>
[Collection("machine")]
public sealed class ConsoleTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

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
        Assert.Equal("agt-smith", (await RootAsync("ps -o user:32= -p $(tmux -S /run/agentworks/sessions/web2/tmux/sock list-clients -F '#{client_pid}')")).Trim());
    }

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
        await TmuxAsync(console, $"send-keys -t {id} \"echo '<'\\$({line})'>'\" Enter");
        var answer = string.Empty;
        await Eventually.BecomesAsync(
            async () => (answer = (await TmuxAsync(console, $"capture-pane -p -t {id}")).Split('\n').LastOrDefault(row => row.StartsWith('<')) ?? string.Empty).EndsWith('>'),
            $"the shell in pane {pane} of {window} answers");
        return answer.Trim('<', '>');
    }

    private async Task<string> RootAsync(string command) => (await machine.RootAsync(command)).Output;
}
