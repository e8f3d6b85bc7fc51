using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Variables set for a workspace: who finds them, and where a secret one is.</summary>
[Collection("machine")]
public sealed class WorkspaceVariableTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Canary = "canary'with \\ $(quotes)\nand a line";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "vars" }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var name in machine.Engine.Workspaces.List().Select(workspace => workspace.Name))
            {
                await machine.Engine.Workspaces.RemoveAsync(name, cascade: true, Quiet, CancellationToken.None);
            }
        }
    }

    private Task SetAsync(Dictionary<string, string> plain, Dictionary<string, string> secret) =>
        machine.Engine.WorkspaceVariables.SetAsync("vars", plain, secret, Quiet, CancellationToken.None);

    [MachineFact]
    public async Task EverythingInTheWorkspaceFindsThem()
    {
        await SetAsync(new() { ["PLAIN"] = "it's $HOME" }, new() { ["SECRET"] = Canary });
        var said = $"it's $HOME|{Canary}";
        const string say = "printf '%s|%s' \"$PLAIN\" \"$SECRET\"";
        Assert.Equal(said, (await machine.RunAsync(say, workspace: "vars")).Output);

        var job = (await Outcomes.DrainAsync(machine.Engine.Jobs.StartAsync([new NewJob { Workspace = "vars", Command = say }], Quiet, CancellationToken.None))).Single();
        await Outcomes.DrainAsync(machine.Engine.Jobs.WaitAsync([job], false, null, CancellationToken.None));
        Assert.Equal(said, (await Outcomes.DrainAsync(machine.Engine.Jobs.ReadBytesAsync([job], new ReadJob(), CancellationToken.None))).Single().Output);

        await machine.StartSessionAsync("vars", "vars", null, say + " > said.new; mv said.new said; sleep 1000");
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat said", workspace: "vars")).Output == said, "the session has said what it finds");
        Assert.Equal(AgwEnvironmentVariable.Mask, machine.Engine.WorkspaceVariables.List("vars").Single(one => one.Name == "SECRET").Value);
    }

    [MachineFact]
    public async Task ASecretIsInMemoryOfTheMachineOnlyAndForRootAlone()
    {
        await SetAsync(new() { ["PLAIN"] = "p" }, new() { ["SECRET"] = "canary-9b8a7c6d" });
        Assert.NotEqual(0, (await machine.RunAsync("cat /run/agentworks/variables/*/SECRET || ls /run/agentworks/variables", workspace: "vars")).ExitCode);
        Assert.Equal("600 root tmpfs\n", (await machine.RootAsync("cd /run/agentworks/variables/*/ && echo $(stat -c '%a %U' SECRET) $(stat -f -c %T SECRET)")).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync("grep -rl 'canary-9b8[a]7c6d' /var/lib/agentworks /etc /tmp /opt 2>/dev/null; ps -eo args | grep 'canary-9b8[a]7'")).Output);
        Assert.Empty(await HomeSearch.FilesWithAsync(machine.Home, "canary-9b8a7c6d"));

        // Forks and copies have the plain ones; the secret stays where it is.
        await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("vars", "vars-copy", null), Quiet, CancellationToken.None);
        Assert.Equal(["PLAIN"], machine.Engine.WorkspaceVariables.List("vars-copy").Select(one => one.Name));
        await machine.Engine.WorkspaceVariables.RemoveAsync("vars", ["SECRET"], Quiet, CancellationToken.None);
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /run/agentworks/variables")).Output);
    }

    [MachineFact]
    public async Task AfterARestartWhatNeedsTheSecretSaysSo()
    {
        await SetAsync(None, new() { ["SECRET"] = "x" });
        await machine.Engine.Vms.RestartAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        var failure = await Assert.ThrowsAnyAsync<AgentworksException>(() => machine.RunAsync("true", workspace: "vars"));
        Assert.Contains("SECRET", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobNotStartedException>(async () =>
            await Outcomes.DrainAsync(machine.Engine.Jobs.StartAsync([new NewJob { Workspace = "vars", Command = "true" }], Quiet, CancellationToken.None)));
        await Assert.ThrowsAsync<NotReadyException>(() => machine.StartSessionAsync("vars", "vars", null, "true"));
        await SetAsync(None, new() { ["SECRET"] = "again" });
        Assert.Equal("again", (await machine.RunAsync("printf %s $SECRET", workspace: "vars")).Output);
        await SetAsync(new() { ["SECRET"] = "plain now" }, None);
        Assert.Equal("plain now", (await machine.RunAsync("printf %s \"$SECRET\"", workspace: "vars")).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /run/agentworks/variables")).Output);
    }

    [MachineFact]
    public async Task NamesThatDecideHowProgramsStartAreRefused()
    {
        foreach (var name in new[] { "PATH", "IFS", "ENV", "BASH_ENV", "LD_PRELOAD", "AGENTWORKS_VM", "1A", "A-B", "", "agw_x" })
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => SetAsync(new() { [name] = "x" }, None));
        }

        await Assert.ThrowsAsync<InvalidRequestException>(() => SetAsync(None, new() { ["A"] = "zero\0byte" }));
        Assert.Empty(machine.Engine.WorkspaceVariables.List("vars"));
    }
}
