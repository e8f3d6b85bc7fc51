using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>What went wrong by hand is named, and exactly that is put right.</summary>
[Collection("machine")]
public sealed class WorkspaceUpkeepTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Path = "/opt/agentworks/workspaces/kept";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        var source = Directory.CreateTempSubdirectory("agentworks-test-source-").FullName;
        var made = await new ProcessRunner().RunAsync(
            "/bin/sh",
            ["-ec", "cd \"$1\"; git init -q --initial-branch=main; mkdir -p a/b; echo x > a/b/c; git add .; git -c user.name=t -c user.email=t@example.org commit -qm first", "sh", source],
            null,
            CancellationToken.None);
        Assert.True(made.Succeeded, made.Error);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "kept", Repository = source }, Quiet, CancellationToken.None);
        Directory.Delete(source, recursive: true);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "keeper", Workspaces = ["kept"] }, Quiet, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Agents.RemoveAsync("keeper", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("kept", cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task AFreshOneIsInPlaceAndARepairChangesNothing()
    {
        Assert.Empty(await DriftedAsync());
        var repair = await RepairAsync();
        Assert.Equal((0, 0), (repair.Changed, repair.Failed));
        Assert.Equal("kept", repair.Workspace);
    }

    [MachineFact]
    public async Task DriftIsNamedAndExactlyThatIsRepaired()
    {
        await WorkAsync("mkdir mine; echo a > mine/file; echo key > mine/key; chmod 600 mine/key");
        await DriftsAsync($"chgrp root {Path}/a/b/c; chmod g-s {Path}/a", "workspace-groups");
        await DriftsAsync($"chmod o+r {Path}/mine/file", "workspace-modes");
        await DriftsAsync($"chmod 0700 {Path}/mine/file; chmod 0744 {Path}/a/b/c", "workspace-modes");
        await DriftsAsync($"setfacl -b -k {Path}/mine; chmod 2770 {Path}/mine", "workspace-acls");
        await DriftsAsync($"chown agt-keeper {Path}", "workspace-folder");
        await DriftsAsync($"setfacl -k {Path}", "workspace-folder");
        await DriftsAsync("gpasswd -d agentworks ws-kept", "workspace-admin");
        await DriftsAsync($"chmod o-x {Path}/..", "workspace-parents");
        await DriftsAsync($"git -C {Path} -c safe.directory=\"*\" config --unset core.sharedRepository; chown ws-kept:ws-kept {Path}/.git/config", "workspace-repository");
        await DriftsAsync("rm /var/lib/agentworks/homes/ws-kept/.gitconfig", "workspace-repository");

        // Owners stay, and so does what its owner closed to the group.
        Assert.Equal("agt-keeper ws-kept 600\n", (await RootAsync($"stat -c \"%U %G %a\" {Path}/mine/key")).Output);
        Assert.Equal("agt-keeper ws-kept\n", (await RootAsync($"stat -c \"%U %G\" {Path}/mine/file")).Output);
    }

    [MachineFact]
    public async Task AUserThatIsGoneComesBackWithItsFiles()
    {
        await RootAsync("userdel -f ws-kept; groupdel ws-kept; groupadd -g 7777 ws-kept");
        Assert.Contains("workspace-user", await DriftedAsync());
        var repair = await RepairAsync();
        Assert.DoesNotContain(repair.Steps, step => step.State == StepState.Failed);
        Assert.Empty(await DriftedAsync());
        Assert.Equal(string.Empty, (await RootAsync($"find {Path} ! -user ws-kept -o ! -group ws-kept")).Output);
        Assert.Equal(0, (await machine.RunAsync("git status && echo more > a/b/c", workspace: "kept")).ExitCode);
        await machine.Engine.Agents.GrantAsync("keeper", ["kept"], all: false, Quiet, CancellationToken.None);
    }

    [MachineFact]
    public async Task ARepairFollowsNothingThatAnAgentPlanted()
    {
        await RootAsync("mkdir -p /srv/outside; touch /srv/outside/file; chmod 604 /srv/outside/file; chmod 701 /srv/outside");
        await WorkAsync("""
            ln -s /srv/outside out; ln -s /srv/outside/file file; ln -s /etc/shadow shadow; mkfifo -m 644 pipe
            printf x > "$(printf 'new\nline')"; printf x > ' -rf'; printf x > './-n'; chmod 604 ./-n "$(printf 'new\nline')"
            p=.; i=0; while [ $i -lt 16 ]; do p=$p/$(printf '%0230d' 0); i=$((i+1)); done; mkdir -p "$p"; printf deep > "$p/file"; chmod 664 "$p/file"
            """);
        var before = (await RootAsync("stat -c \"%a %U %G\" /srv/outside /srv/outside/file /etc/shadow")).Output;
        Assert.Equal(["workspace-modes"], await DriftedAsync());
        Assert.Equal(["workspace-modes"], Changed(await RepairAsync()));
        Assert.Empty(await DriftedAsync());
        Assert.Equal(before, (await RootAsync("stat -c \"%a %U %G\" /srv/outside /srv/outside/file /etc/shadow")).Output);
    }

    [MachineFact]
    public async Task AFolderThatIsGoneIsNotHiddenByANewOne()
    {
        await RootAsync($"mv {Path} /opt/agentworks/workspaces/away");
        Assert.Contains("workspace-folder", await DriftedAsync());
        await Assert.ThrowsAsync<ProvisioningFailedException>(() => RepairAsync());
        Assert.NotEqual(0, (await RootAsync($"test -e {Path}")).ExitCode);
        await RootAsync($"mv /opt/agentworks/workspaces/away {Path}");
        Assert.Empty(await DriftedAsync());
    }

    private async Task DriftsAsync(string byHand, string check)
    {
        await RootAsync(byHand);
        Assert.Equal([check], await DriftedAsync());
        Assert.Equal([check], Changed(await RepairAsync()));
        Assert.Empty(await DriftedAsync());
    }

    private async Task<string[]> DriftedAsync()
    {
        var checks = await Outcomes.DrainAsync(machine.Engine.WorkspaceUpkeep.CheckAsync(["kept"], CancellationToken.None));
        Assert.All(checks, check => Assert.Equal(("kept", MachineFixture.Vm), (check.Name, check.Vm)));
        return [.. checks.Where(check => check.Status == DriftStatus.Drifted).Select(check => check.Check)];
    }

    private static string[] Changed(AgwInitialization repair) =>
        [.. repair.Steps.Where(step => step.State == StepState.Changed).Select(step => step.Name)];

    private Task<AgwInitialization> RepairAsync() => machine.Engine.WorkspaceUpkeep.RepairAsync("kept", Quiet, CancellationToken.None);

    private async Task WorkAsync(string command)
    {
        var result = await machine.RunAsync(command, "keeper", "kept");
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
    }

    private async Task<AgwCommandResult> RootAsync(string command) => await machine.RootAsync(command);
}
