using Agentworks.Agents;
using Agentworks.Events;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>What tests of snapshots and of forks share: a workspace with a repository and its agents, and that nothing is left of any afterwards.</summary>
internal sealed class TreeGround(MachineFixture machine)
{
    public const string Root = "/opt/agentworks/workspaces";

    /// <summary>A workspace with one commit and a file that is in none.</summary>
    public async Task MakeAsync(string workspace, params NewAgent[] agents)
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = workspace }, NullEventSink.Instance, CancellationToken.None);
        foreach (var agent in agents)
        {
            await machine.Engine.Agents.CreateAsync(agent, NullEventSink.Instance, CancellationToken.None);
        }

        var made = await machine.RunAsync("git init -q . && git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m one && echo one > file", workspace: workspace);
        Assert.True(made.ExitCode == 0, made.ErrorOutput);
    }

    public async Task RemoveAsync()
    {
        foreach (var agent in machine.Engine.Agents.List())
        {
            await machine.Engine.Agents.RemoveAsync(agent.Name, cascade: true, NullEventSink.Instance, CancellationToken.None);
        }

        foreach (var workspace in machine.Engine.Workspaces.List())
        {
            await machine.Engine.Snapshots.PromoteForksAsync(workspace.Name, NullEventSink.Instance, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync(workspace.Name, cascade: true, NullEventSink.Instance, CancellationToken.None);
        }

        Assert.Equal(string.Empty, (await machine.RootAsync(
            $"ls -A {Root}; btrfs subvolume list -o {Root}; getent passwd | grep ^ws-; getent group | grep ^ws-; cat /etc/agentworks/mapped 2>/dev/null; grep idmapped /proc/self/mountinfo; ls -A /srv/forks 2>/dev/null; ls /var/lib/agentworks/homes")).Output);
    }
}
