using Agentworks.Agents;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Grants on a real machine: what was changed there by hand is put right, and what is taken back is really gone.</summary>
[Collection("machine")]
public sealed class AccessTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Root = "/opt/agentworks/workspaces";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private static readonly string[] Places = ["open", "shut"];

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var name in Places)
            {
                await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = name }, Quiet, CancellationToken.None);
            }

            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "reach", Workspaces = ["open"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Agents.RemoveAsync("reach", cascade: true, Quiet, CancellationToken.None);
            foreach (var name in Places)
            {
                await machine.Engine.Workspaces.RemoveAsync(name, cascade: true, Quiet, CancellationToken.None);
            }
        }
    }

    [MachineTheory]
    [InlineData("gpasswd -d agt-reach ws-open", "workspace-groups")]
    [InlineData("gpasswd -a agt-reach ws-shut", "workspace-groups")]
    [InlineData($"setfacl -m u:agt-reach:rwx,d:u:agt-reach:rwx {Root}/shut", "workspace-access-lists")]
    [InlineData($"setfacl -m u:agt-reach:--- {Root}/open", "workspace-access-lists")]
    [InlineData($"setfacl -m m::--- {Root}/open", "workspace-access-lists")]
    [InlineData($"chmod o+rwx {Root}/shut", "workspace-access-lists")]
    [InlineData($"chown root {Root}/shut", "workspace-access-lists")]
    [InlineData($"cd / && sudo -u agt-reach -H git config --global --unset-all safe.directory {Root}/open", "agent-git-safe-directories")]
    [InlineData($"cd / && sudo -u agt-reach -H git config --global --add safe.directory {Root}/shut", "agent-git-safe-directories")]
    public async Task DriftMadeByHandIsNamedAndExactlyThatIsRepaired(string drift, string step)
    {
        Assert.Equal(0, (await InitializeAgentAsync()).Changed);
        var made = await machine.RootAsync(drift);
        Assert.True(made.ExitCode == 0, made.ErrorOutput);

        var looked = await Outcomes.DrainAsync(machine.Engine.AgentChecks.CheckAsync(["reach"], CancellationToken.None));
        Assert.Equal([step], looked.Where(one => one.Status == DriftStatus.Drifted).Select(one => one.Check));

        var result = await InitializeAgentAsync();
        Assert.Equal([step], result.Steps.Where(one => one.State != StepState.Ok).Select(one => one.Name));
        Assert.Equal(1, result.Changed);
        Assert.Equal(0, (await InitializeAgentAsync()).Changed);
        Assert.Equal(0, (await machine.RunAsync($"touch {Root}/open/x && cd {Root}/open && git init -q . && git status", "reach")).ExitCode);
        Assert.NotEqual(0, (await machine.RunAsync($"ls {Root}/shut", "reach")).ExitCode);
    }

    [MachineFact]
    public async Task AllWorkspacesAreThoseThatAreThere()
    {
        await machine.Engine.Agents.GrantAsync("reach", [], all: true, Quiet, CancellationToken.None);
        Assert.Equal(0, (await machine.RootAsync("gpasswd -d agt-reach ws-shut")).ExitCode);
        Assert.Equal(1, (await InitializeAgentAsync()).Changed);
        Assert.Equal(0, (await machine.RunAsync("touch x", "reach", "shut")).ExitCode);
    }

    [MachineFact]
    public async Task ARevokeUndoesWhatTheWorkspacesOwnUserAddedToTheList()
    {
        var before = (await machine.RootAsync($"getfacl -cp {Root}/shut")).Output;
        var added = await machine.RunAsync($"setfacl -m u:agt-reach:rwx,d:u:agt-reach:rwx,g:agt-reach:rwx . && chmod o+rwx .", workspace: "open");
        Assert.True(added.ExitCode == 0, added.ErrorOutput);
        await RevokeAsync(kill: false);
        Assert.NotEqual(0, (await machine.RunAsync($"ls {Root}/open", "reach")).ExitCode);
        var after = (await machine.RootAsync($"getfacl -cp {Root}/open | grep -vx -e 'user:agt-reach:---' -e 'mask::rwx'")).Output;
        Assert.Equal(before.Trim(), after.Trim());
        Assert.Equal(0, (await InitializeAgentAsync()).Changed);
    }

    [MachineFact]
    public async Task AProcessInAMountNamespaceOfItsOwnIsFoundAndOnDemandKilled()
    {
        var began = await machine.RunAsync(
            $"setsid unshare --user --map-root-user --mount sh -c 'mount --bind {Root}/open /mnt && cd /mnt && echo $$ > pid && exec sleep 1005' >/dev/null 2>&1 </dev/null &", "reach", "open");
        Assert.True(began.ExitCode == 0, began.ErrorOutput);
        await Eventually.BecomesAsync(async () => (await machine.RootAsync($"pgrep -x -f 'sleep 1005'")).ExitCode == 0, "the hidden process stands in the workspace");
        await machine.StartSessionAsync("aside", "shut", "reach", "exec sleep 1006");
        var pid = int.Parse((await machine.RootAsync("pgrep -x -f 'sleep 1005'")).Output, System.Globalization.CultureInfo.InvariantCulture);

        var outcome = await RevokeAsync(kill: false);
        Assert.Equal([pid], outcome.Hidden);
        Assert.NotEmpty(outcome.Holders);
        Assert.DoesNotContain(pid, outcome.Holders);
        Assert.Equal(0, (await machine.RootAsync($"kill -0 {pid}")).ExitCode);

        Assert.Equal([pid], (await RevokeAsync(kill: true)).Hidden);
        await Eventually.BecomesAsync(async () => (await machine.RootAsync($"kill -0 {pid}")).ExitCode != 0, "it is gone");
        Assert.Equal(SessionStatus.Running, (await machine.ObserveAsync("aside")).Status);
        await machine.RemoveSessionsAsync("aside");
    }

    private Task<AgwInitialization> InitializeAgentAsync() => machine.Engine.Agents.InitializeAsync("reach", Quiet, CancellationToken.None);

    private async Task<RevokeOutcome> RevokeAsync(bool kill) =>
        (await machine.Engine.Agents.RevokeAsync("reach", ["open"], all: false, kill, Quiet, CancellationToken.None)).Single();
}
