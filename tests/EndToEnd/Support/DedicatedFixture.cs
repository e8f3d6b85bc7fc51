using Agentworks.Commands;
using Agentworks.Dedicated;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.Shared;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>An operator's folder for tests that make dedicated workspaces.</summary>
public sealed class DedicatedFixture : IAsyncLifetime
{
    private TestHome? _home;
    private AgentworksEngine? _engine;

    public AgentworksEngine Engine => _engine ?? throw new InvalidOperationException("There are no machines here.");

    public string Home => _home!.Path;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            _home = await TestHome.CreateAsync();
            _engine = AgentworksEngine.Open(TestOptions.For(_home.Path));
        }
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        if (_home is not null)
        {
            await _home.DisposeAsync();
        }
    }

    public Task<AgwWorkspace> NewAsync(string name, Func<NewDedicatedWorkspace, NewDedicatedWorkspace>? change = null)
    {
        var request = new NewDedicatedWorkspace { Name = name, Platform = "nspawn", DiskGiB = 2, MemoryMiB = 512 };
        return Engine.Dedicated.CreateAsync(change?.Invoke(request) ?? request, NullEventSink.Instance, CancellationToken.None);
    }

    /// <summary>A machine that died runs again, if it is whole.</summary>
    public async Task AwakenAsync(string name)
    {
        if (Engine.Workspaces.List().Any(one => one.Name == name && one.State == LifecycleState.Ready))
        {
            await Eventually.RunsAgainAsync(() => RunAsync(name, "echo awake"), name);
        }
    }

    public Task RemoveAsync(string name) => Engine.Workspaces.RemoveAsync(name, cascade: true, NullEventSink.Instance, CancellationToken.None);

    /// <summary>Runs a line in a workspace as its user.</summary>
    public async Task<AgwCommandResult> RunAsync(string workspace, string command) => await RunAsync(new CommandTarget(null, workspace, null), command);

    /// <summary>Runs a line as root on a workspace's machine.</summary>
    public async Task<string> RootAsync(string workspace, string command)
    {
        var result = await RunAsync(new CommandTarget(workspace, null, null), "sudo -n sh -c '" + command.Replace("'", "'\\''", StringComparison.Ordinal) + "'");
        Assert.True(result.ExitCode == 0, $"{command}: {result.ExitCode} {result.Output} {result.ErrorOutput}");
        return result.Output.Trim();
    }

    /// <summary>A file of that size has no room there. While disks of others go, the file system may count anew first.</summary>
    public Task HasNoRoomAsync(string workspace, string size, string file) => Eventually.BecomesAsync(
        async () => await RootAsync(workspace, $"fallocate -l {size} {file} 2>/dev/null || echo full; rm -f {file}") == "full", $"{workspace} has no room for {size}");

    /// <summary>Everything of a machine that is left on this computer.</summary>
    public static async Task<string> TracesAsync(string id) => string.Join('\n', await MachineTraces.FindAsync(id));

    private Task<AgwCommandResult> RunAsync(CommandTarget target, string command) => MachineFixture.RunAsync(Engine, command, target);
}
