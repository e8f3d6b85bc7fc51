using Agentworks.Agents;
using Agentworks.Backups;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>What is kept of a dedicated workspace outside of its machine, what of it can be had elsewhere, and what is left when it is forgotten.</summary>
[Collection("dedicated")]
public sealed class DedicatedElsewhereTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task ABackupIsRestoredAsASharedWorkspaceThatSaysSoAndSnapshotsOfDisksStayWhereTheyAre()
    {
        await ground.NewAsync("kept");
        await ground.RunAsync("kept", "echo one > file; sync");
        await ground.Engine.Agents.CreateAsync(new NewAgent { Name = "keeper", Vm = "kept", Workspaces = ["kept"] }, Quiet, CancellationToken.None);
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "kept", Name = "s" }, Quiet, CancellationToken.None);
        var backup = await ground.Engine.Backups.CreateAsync(new BackupVm("kept", Path.Combine(ground.Home, "backups")), Quiet, CancellationToken.None);
        var told = new KeepingSink();
        await ground.Engine.Restores.RestoreAsync(new RestoreVm { Path = backup.Path, Name = "again", NamePrefix = "re-" }, told, CancellationToken.None);
        Assert.Single(told.Warnings, warning => warning.Contains("'kept'", StringComparison.Ordinal));
        var restored = ground.Engine.Workspaces.List().Single(one => one.Name == "re-kept");
        Assert.Equal((WorkspaceIsolation.Shared, "again", LifecycleState.Ready), (restored.Isolation, restored.Vm, restored.State));
        Assert.Equal("one\nws-re-kept\n", (await ground.RunAsync("re-kept", "cat file; id -un")).Output);

        await Assert.ThrowsAsync<InvalidRequestException>(() => ground.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "kept", Vm = "again" }, Quiet, CancellationToken.None));
        await Assert.ThrowsAsync<NotSupportedByPlatformException>(() => ground.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("kept", "copy", "again", "s"), Quiet, CancellationToken.None));
        Assert.DoesNotContain(ground.Engine.Workspaces.List(), one => one.Name == "copy");
        await ground.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("kept", "copy", "again"), Quiet, CancellationToken.None);
        Assert.Equal("one\nws-copy\n", (await ground.RunAsync("copy", "cat file; id -un")).Output);
        await ground.Engine.Vms.RemoveAsync("again", cascade: true, Quiet, CancellationToken.None);
        await ground.RemoveAsync("kept");
    }

    [MachineTheory]
    [InlineData("workspace")]
    [InlineData("machine")]
    public async Task ForgottenItIsForgottenWithItsMachineItsForksStayAndItIsTakenBack(string what)
    {
        await ground.NewAsync("forgotten");
        await ground.RunAsync("forgotten", "echo one > file; sync");
        var snapshot = await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "forgotten", Name = "s" }, Quiet, CancellationToken.None);
        Assert.Null((await ground.Engine.Forks.ForkAsync(new ForkWorkspace("forgotten", ["stays"], "s"), Quiet, CancellationToken.None))[0].Error);
        await Assert.ThrowsAsync<NotReadyException>(() => ForgetAsync(what, force: false));
        await ground.Engine.Dedicated.SuspendAsync("forgotten", Quiet, CancellationToken.None);
        await Assert.ThrowsAsync<NotReadyException>(() => ForgetAsync(what, force: false));
        await ground.Engine.Dedicated.ResumeAsync("forgotten", Quiet, CancellationToken.None);

        await ForgetAsync(what, force: true);
        Assert.DoesNotContain(ground.Engine.Workspaces.List(), one => one.Name == "forgotten");
        Assert.DoesNotContain(ground.Engine.Vms.List(), one => one.Name == "forgotten");
        Assert.Equal("one\n", (await ground.RunAsync("stays", "cat file")).Output);
        Assert.Equal(LifecycleState.Ready, (await ground.Engine.Adoption.RegisterAsync("forgotten", force: false, Quiet, CancellationToken.None)).State);
        Assert.Equal("one\n", (await ground.RunAsync("forgotten", "cat file")).Output);
        await ground.RemoveAsync("forgotten");
        await ground.RemoveAsync("stays");

        // The snapshot that was forgotten is nobody's now.
        var left = $"/var/lib/agentworks/dedicated/snapshots/{snapshot.Id}";
        Assert.True(Directory.Exists(left));
        await new Ports.ProcessRunner().RunAsync("btrfs", ["-q", "subvolume", "delete", left], new Ports.ProcessOptions(), CancellationToken.None);
    }

    private Task ForgetAsync(string what, bool force) => what == "machine"
        ? ground.Engine.Forget.VmAsync("forgotten", cascade: false, force, Quiet, CancellationToken.None)
        : ground.Engine.Forget.WorkspaceAsync("forgotten", cascade: false, force, Quiet, CancellationToken.None);
}
