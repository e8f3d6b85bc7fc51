using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>
/// The operator's process is killed at every step of a making. The same command again must finish the work, and removal instead must
/// leave nothing.
/// </summary>
[Collection("machine")]
public sealed class CrashTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task NewVmConvergesFromEveryStep()
    {
        for (var step = 1; await DiesAsync(step, "vm", "crash"); step++)
        {
            if (step % 2 == 0)
            {
                // The same again.
                var vm = await machine.Engine.Vms.CreateAsync(new NewVm { Name = "crash", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
                Assert.Equal(LifecycleState.Ready, vm.State);
                Assert.Equal(0, (await RunOnAsync("crash", "sudo -n true")).ExitCode);
            }

            await RemoveCrashAsync();
        }

        await RemoveCrashAsync();
    }

    [MachineFact]
    public async Task AVmThatCannotBeMadeLeavesNothing()
    {
        var failure = await Assert.ThrowsAnyAsync<AgentworksException>(() => machine.Engine.Vms.CreateAsync(
            new NewVm { Name = "failing", Platform = "nspawn", DiskGiB = 0 }, Quiet, CancellationToken.None));
        Assert.IsNotType<NotFoundException>(failure);
        Assert.DoesNotContain(machine.Engine.Vms.List(), vm => vm.Name == "failing");
        foreach (var folder in Directory.GetDirectories("/var/lib/agentworks/machines"))
        {
            Assert.DoesNotContain("\"failing\"", await ReadAsync(Path.Combine(folder, "owner.json")), StringComparison.Ordinal);
        }
    }

    private async Task RemoveCrashAsync()
    {
        var id = machine.Engine.Vms.List().FirstOrDefault(vm => vm.Name == "crash")?.Id;
        if (id is null)
        {
            return;
        }

        await machine.Engine.Vms.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
        Assert.DoesNotContain(machine.Engine.Vms.List(), vm => vm.Name == "crash");
        Assert.DoesNotContain(id, await File.ReadAllTextAsync("/proc/mounts"), StringComparison.Ordinal);
        Assert.False(File.Exists($"/run/netns/agw-{id}"));
        Assert.False(Directory.Exists($"/var/lib/agentworks/machines/{id}"));
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            Assert.DoesNotContain(id, await ReadAsync(process + "/cmdline"), StringComparison.Ordinal);
        }
    }

    [MachineFact]
    public async Task NewWorkspaceConvergesFromEveryStep()
    {
        for (var step = 1; await DiesAsync(step, "workspace", "crash"); step++)
        {
            if (step % 2 == 0)
            {
                var workspace = await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "crash" }, Quiet, CancellationToken.None);
                Assert.Equal(LifecycleState.Ready, workspace.State);
                Assert.Equal(0, (await machine.RunAsync("touch x", workspace: "crash")).ExitCode);
            }

            await machine.Engine.Workspaces.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
            await NothingIsLeftAsync("ws-crash");
        }

        await machine.Engine.Workspaces.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
    }

    [MachineFact]
    public async Task NewAgentConvergesFromEveryStep()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "for-crash" }, Quiet, CancellationToken.None);
        for (var step = 1; await DiesAsync(step, "agent", "crash", "for-crash"); step++)
        {
            if (step % 2 == 0)
            {
                var agent = await machine.Engine.Agents.CreateAsync(
                    new NewAgent { Name = "crash", Workspaces = ["for-crash"] }, Quiet, CancellationToken.None);
                Assert.Equal(LifecycleState.Ready, agent.State);
                Assert.Equal(0, (await machine.RunAsync("touch x", "crash", "for-crash")).ExitCode);
            }

            await machine.Engine.Agents.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
            await NothingIsLeftAsync("agt-crash");
        }

        await machine.Engine.Agents.RemoveAsync("crash", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("for-crash", cascade: true, Quiet, CancellationToken.None);
    }

    [MachineFact]
    public async Task NewSessionConvergesFromEveryStep()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "for-crash" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "for-crash", Workspaces = ["for-crash"] }, Quiet, CancellationToken.None);
        for (var step = 1; await DiesAsync(step, "session", "crash", "for-crash", "for-crash"); step++)
        {
            if (step % 2 == 0)
            {
                var session = await machine.StartSessionAsync("crash", "for-crash", "for-crash", "echo began >> began; exec sleep 1000");
                Assert.Equal(SessionStatus.Running, session.Status);
                await Eventually.BecomesAsync(
                    async () => (await machine.RunAsync("pgrep -u agt-for-crash -fxc 'sleep 1000'")).Output.Trim() == "1"
                        || (await machine.RootAsync("pgrep -u agt-for-crash -fxc \"sleep 1000\"")).Output.Trim() == "1",
                    "exactly one command runs");
            }

            await machine.RemoveSessionsAsync("crash");
            Assert.Equal(string.Empty, (await machine.RootAsync("pgrep -u agt-for-crash -fa sleep; ls -d /run/agentworks/sessions/crash /var/lib/agentworks/sessions/crash 2>/dev/null; true")).Output);
        }

        await machine.RemoveSessionsAsync("crash");
        await machine.Engine.Agents.RemoveAsync("for-crash", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("for-crash", cascade: true, Quiet, CancellationToken.None);
    }

    private Task<bool> DiesAsync(int step, string kind, string name, params string[] more) =>
        KilledMaker.DiesAsync(machine.Home, step, kind, name, more);

    private async Task NothingIsLeftAsync(string user) =>
        Assert.Equal(
            string.Empty,
            (await machine.RootAsync($"getent passwd {user}; getent group {user}; ls -d /home/{user} /var/lib/agentworks/homes/{user} 2>/dev/null; find /opt/agentworks/workspaces -name '*crash*' -not -name 'for-crash'; true")).Output.Trim());

    private async Task<AgwCommandResult> RunOnAsync(string vm, string command)
    {
        var outcomes = machine.Engine.Commands.InvokeAsync(
            [new Commands.CommandTarget(vm, null, null)], new Commands.CommandRequest { Command = command }, CancellationToken.None);
        return (await Outcomes.DrainAsync(outcomes))[0];
    }

    private static async Task<string> ReadAsync(string path)
    {
        try
        {
            return await File.ReadAllTextAsync(path);
        }
        catch (IOException)
        {
            return string.Empty;
        }
        catch (UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
