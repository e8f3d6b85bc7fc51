using System.Diagnostics;
using Agentworks.Agents;
using Agentworks.Backups;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A machine is backed up and comes back equal; what is no whole backup does not, and leaves nothing.</summary>
[Collection("machine")]
public sealed class BackupTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Second = "e2e-back";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    // Names, kinds, modes, owners, ACLs, links and contents, as far as they are the same by name on any machine.
    private const string Look = """
        cd "$1" && find . -printf '%P|%y|%m|%u|%g|%n|%s|%l\0' | sort -z | tr '\0' '\n'
        find . -type f -print0 | sort -z | xargs -0 sha256sum
        getfacl -R -p . 2>/dev/null
        """;

    private string Root => Path.Combine(machine.Home, "test-backups");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "bk-a" }, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "bk-b" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "bk-agent", Workspaces = ["bk-a"] }, Quiet, CancellationToken.None);
        await machine.StartSessionAsync("bk-session", "bk-a", "bk-agent", "echo logged; exec sleep 1000");
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        if (machine.Engine.Vms.List().Any(vm => vm.Name == Second))
        {
            await machine.Engine.Vms.RemoveAsync(Second, cascade: true, Quiet, CancellationToken.None);
        }

        await machine.Engine.Agents.RemoveAsync("bk-agent", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("bk-a", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("bk-b", cascade: true, Quiet, CancellationToken.None);
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    [MachineFact]
    public async Task What_was_backed_up_comes_back_equal_and_nothing_else_does()
    {
        await FillAsync();
        var backup = await machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None);
        Assert.Equal(BackupStatus.Complete, backup.Status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(backup.Path));
        Assert.All(
            Directory.GetFiles(backup.Path, "*", SearchOption.AllDirectories),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/.backup-* 2>/dev/null; ls /run/agentworks | grep tmp; true")).Output.Trim());
        Assert.Contains(machine.Engine.History.Events(MachineFixture.Vm), one => one.Event == "BackupCompleted" && one.Detail == backup.Path);

        // Names are taken while the original is there.
        var taken = await Assert.ThrowsAsync<AlreadyExistsException>(() => RestoreAsync(backup.Path, Second, string.Empty));
        Assert.DoesNotContain(machine.Engine.Vms.List(), vm => vm.Name == Second);
        Assert.Contains("-NamePrefix", taken.Recommendation, StringComparison.Ordinal);

        var restored = await RestoreAsync(backup.Path, Second, "x-");
        Assert.Contains("x-bk-a", restored.Workspaces);
        foreach (var workspace in new[] { "bk-a", "bk-b" })
        {
            var before = await LookAsync(MachineFixture.Vm, $"/opt/agentworks/workspaces/{workspace}");
            Assert.Contains(workspace == "bk-a" ? "second name|f|751" : "user:agt-bk-agent:---", before, StringComparison.Ordinal);
            var after = await LookAsync(Second, $"/opt/agentworks/workspaces/x-{workspace}");
            Assert.Equal(before.Replace("ws-bk", "ws-x-bk", StringComparison.Ordinal).Replace("agt-bk", "agt-x-bk", StringComparison.Ordinal), after);
        }

        Assert.Equal("kept\n", (await OnAsync(Second, "sudo -n cat /home/agt-x-bk-agent/note; sudo -n ls /home/agt-x-bk-agent/.git-credentials 2>/dev/null; true")).Output);
        Assert.True(int.Parse((await OnAsync(Second, "sudo -n du -k /opt/agentworks/workspaces/x-bk-a/sparse | cut -f1")).Output, System.Globalization.CultureInfo.InvariantCulture) < 1024);
        Assert.Contains("logged", (await OnAsync(Second, "sudo -n cat /var/log/agentworks/sessions/x-bk-session.log")).Output, StringComparison.Ordinal);

        // The agent may enter what it was granted, and nothing else.
        Assert.Equal(0, (await MachineFixture.RunAsync(machine.Engine, "cat plain", "x-bk-agent", "x-bk-a")).ExitCode);
        Assert.NotEqual(0, (await OnAsync(Second, "sudo -n -u agt-x-bk-agent ls /opt/agentworks/workspaces/x-bk-b")).ExitCode);
        var session = Assert.Single(machine.Engine.Sessions.List(), one => one.Name == "x-bk-session");
        Assert.Equal((DesiredPower.Stopped, "x-bk-agent"), (session.Desired, session.Agent));
        await Outcomes.DrainAsync(machine.Engine.Sessions.StartAsync(["x-bk-session"], restart: false, kill: false, new Dictionary<string, string>(StringComparer.Ordinal), Quiet, CancellationToken.None));
    }

    [MachineFact]
    public async Task A_backup_that_is_not_whole_is_refused_before_anything_is_made()
    {
        var backup = await machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None);
        var archive = Path.Combine(backup.Path, "workspaces", "bk-a.tar.zst");
        var content = await File.ReadAllBytesAsync(archive);
        var manifest = await File.ReadAllTextAsync(Path.Combine(backup.Path, "manifest.json"));

        await File.WriteAllBytesAsync(archive, content[..^7]);
        await RefusedAsync(backup.Path);
        content[content.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(archive, content);
        await RefusedAsync(backup.Path);
        content[content.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(archive, content);

        await ManifestRefusedAsync(manifest.Replace("\"Version\": 1", "\"Version\": 2", StringComparison.Ordinal));
        await ManifestRefusedAsync(manifest.Replace("agentworks-backup", "something-else", StringComparison.Ordinal));
        await ManifestRefusedAsync(manifest.Replace("workspaces/bk-a.tar.zst", "../../etc/passwd", StringComparison.Ordinal));
        await ManifestRefusedAsync("{");
        File.Delete(Path.Combine(backup.Path, "manifest.json"));
        await RefusedAsync(backup.Path);
        Assert.Equal(BackupStatus.Incomplete, Assert.Single(machine.Engine.Backups.List(Root)).Status);
        Assert.DoesNotContain(machine.Engine.Vms.List(), vm => vm.Name == Second);

        async Task ManifestRefusedAsync(string text)
        {
            await File.WriteAllTextAsync(Path.Combine(backup.Path, "manifest.json"), text);
            await RefusedAsync(backup.Path);
        }
    }

    [MachineFact]
    public async Task A_killed_backup_does_not_look_complete_and_the_next_one_clears_up()
    {
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "backup", MachineFixture.Vm, Root); step++)
        {
            Assert.DoesNotContain(machine.Engine.Backups.List(Root), backup => backup.Status == BackupStatus.Complete);
            if (step % 4 != 0)
            {
                continue;
            }

            var whole = await machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None);
            Assert.Equal(whole.Path, Assert.Single(machine.Engine.Backups.List(Root)).Path);
            Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/.backup-* 2>/dev/null; true")).Output);
            Directory.Delete(whole.Path, recursive: true);
        }
    }

    [MachineFact]
    public async Task A_restore_that_is_killed_is_finished_by_the_same_command()
    {
        await FillAsync();
        var backup = await machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None);
        await machine.Engine.Vms.CreateAsync(new Vms.NewVm { Name = Second, Platform = "nspawn", DiskGiB = 4 }, Quiet, CancellationToken.None);

        // Each goes on where the one before was killed.
        foreach (var step in new[] { 2, 7, 13, 18 })
        {
            Assert.True(await KilledMaker.DiesAsync(machine.Home, step, "restore", Second, backup.Path));
        }

        await machine.Engine.Restores.RestoreAsync(new RestoreVm { Path = backup.Path, Vm = Second, NamePrefix = "k-" }, Quiet, CancellationToken.None);
        var after = await LookAsync(Second, "/opt/agentworks/workspaces/k-bk-a");
        Assert.Equal(
            (await LookAsync(MachineFixture.Vm, "/opt/agentworks/workspaces/bk-a")).Replace("ws-bk", "ws-k-bk", StringComparison.Ordinal).Replace("agt-bk", "agt-k-bk", StringComparison.Ordinal),
            after);
        Assert.Equal(["k-bk-a"], machine.Engine.Agents.List().Single(agent => agent.Name == "k-bk-agent").Workspaces);
        Assert.All(machine.Engine.Workspaces.List().Where(workspace => workspace.Vm == Second), workspace => Assert.Equal(LifecycleState.Ready, workspace.State));
        Assert.Equal(string.Empty, (await OnAsync(Second, "ls -d /opt/agentworks/workspaces/.* /home/.* /var/lib/agentworks/homes/.* 2>/dev/null | grep -v '/\\.\\.*$'; true")).Output);
    }

    [MachineFact]
    public async Task A_full_disk_is_an_error_that_says_so_and_leaves_no_folder()
    {
        Directory.CreateDirectory(Root);
        await machine.RunAsync("head -c 3000000 /dev/urandom > random", workspace: "bk-a");
        await RunHereAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", Root);
        try
        {
            var failure = await Assert.ThrowsAsync<FileTransferException>(() => machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None));
            Assert.NotNull(failure.Recommendation);
            Assert.Empty(Directory.GetFileSystemEntries(Root));
            Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /opt/agentworks/workspaces/.backup-* 2>/dev/null; true")).Output);
        }
        finally
        {
            await RunHereAsync("umount", Root);
        }
    }

    [MachineFact]
    public async Task An_archive_from_elsewhere_reaches_nothing_outside_its_folder_and_an_undone_restore_leaves_nothing()
    {
        await machine.Engine.Vms.CreateAsync(new Vms.NewVm { Name = Second, Platform = "nspawn", DiskGiB = 4 }, Quiet, CancellationToken.None);
        var backup = await machine.Engine.Backups.CreateAsync(new BackupVm(MachineFixture.Vm, Root), Quiet, CancellationToken.None);
        var archive = Path.Combine(backup.Path, "workspaces", "bk-b.tar.zst");
        var work = Directory.CreateTempSubdirectory("agw-evil-").FullName;
        await RunHereAsync("sh", "-c", $"""
            cd {work} && mkdir t && cd t && ln -s /etc out && mkdir d && : > d/pwned && : > pwned
            tar -cf ../a.tar -P out
            tar -rf ../a.tar -P --transform='s,^d/pwned$,out/pwned,' d/pwned
            tar -rf ../a.tar -P --transform='s,^pwned$,/etc/pwned-absolute,' pwned
            tar -rf ../a.tar -P --transform='s,^pwned$,../../../../etc/pwned-above,' pwned
            """);
        await RunHereAsync("sh", "-c", $"zstd -q -f {work}/a.tar -o {archive}");
        await ForgeAsync(backup.Path, "bk-b", archive);
        await Assert.ThrowsAnyAsync<AgentworksException>(() => machine.Engine.Restores.RestoreAsync(
            new RestoreVm { Path = backup.Path, Vm = Second, NamePrefix = "x-" }, Quiet, CancellationToken.None));
        Assert.Equal(string.Empty, (await OnAsync(Second, "ls -d /etc/pwned* /opt/agentworks/workspaces/.restore-* /opt/agentworks/workspaces/x-* 2>/dev/null; getent passwd | grep -- -x-bk; true")).Output);
        Assert.DoesNotContain(machine.Engine.Workspaces.List(), workspace => workspace.Vm == Second);

        await RunHereAsync("sh", "-c", $"cd {work} && mkdir dev && mknod dev/null c 1 3 && tar --create --file=b.tar dev && zstd -q -f b.tar -o {archive} && rm -rf {work}");
        await ForgeAsync(backup.Path, "bk-b", archive);
        var refused = await Assert.ThrowsAsync<RemoteCommandException>(() => machine.Engine.Restores.RestoreAsync(
            new RestoreVm { Path = backup.Path, Vm = Second, NamePrefix = "x-" }, Quiet, CancellationToken.None));
        Assert.Contains("device", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Makes the manifest agree with an archive that was put in its place.</summary>
    private static async Task ForgeAsync(string folder, string workspace, string archive)
    {
        var file = Path.Combine(folder, "manifest.json");
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var entry = manifest["Archives"]!.AsArray().First(one => (string?)one!["Kind"] == "workspace" && (string?)one["Name"] == workspace)!;
        entry["Size"] = new FileInfo(archive).Length;
        entry["Sha256"] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(archive))).ToLowerInvariant();
        entry["Fingerprint"] = null;
        entry["Entries"] = null;
        await File.WriteAllTextAsync(file, manifest.ToJsonString());
    }

    private async Task FillAsync()
    {
        var made = await machine.RunAsync(
            """
            printf 'one\n' > plain; ln plain 'second name'; ln -s /nowhere link; mkdir -p 'a b/$(touch injected)'
            : > "$(printf 'new\nline')"; : > -n; : > "quote'\"\`"; : > "$(printf '\377bytes')"
            truncate -s 50M sparse; printf x >> sparse; chmod 0751 plain; setfacl -m u:agt-bk-agent:r plain; mkfifo pipe; setfattr -n user.note -v text plain 2>/dev/null
            touch -d '2001-02-03 04:05:06.789' plain; printf '#!/bin/sh\n' > tool; chmod 4755 tool
            """, workspace: "bk-a");
        Assert.Equal(0, made.ExitCode);
        Assert.Equal(0, (await machine.RunAsync("umask 077; echo mine > of-agent; printf 'kept\\n' > ~/note; echo token > ~/.git-credentials", "bk-agent", "bk-a")).ExitCode);
        Assert.Equal(0, (await machine.RunAsync("git init -q . && echo b > b", workspace: "bk-b")).ExitCode);
        // As a revoke leaves it.
        Assert.Equal(0, (await machine.RootAsync("setfacl -m u:agt-bk-agent:--- /opt/agentworks/workspaces/bk-b")).ExitCode);
    }

    private async Task RefusedAsync(string path) =>
        await Assert.ThrowsAsync<BackupInvalidException>(() => RestoreAsync(path, Second, "x-"));

    private Task<AgwVmRestore> RestoreAsync(string path, string name, string prefix) =>
        machine.Engine.Restores.RestoreAsync(new RestoreVm { Path = path, Name = name, NamePrefix = prefix }, Quiet, CancellationToken.None);

    private async Task<string> LookAsync(string vm, string path) =>
        (await OnAsync(vm, "sudo -n sh -c '" + Look.Replace("'", "'\\''", StringComparison.Ordinal) + $"' look {path}")).Output;

    private Task<AgwCommandResult> OnAsync(string vm, string command) => MachineFixture.RunAsync(machine.Engine, command, new CommandTarget(vm, null, null));

    private static async Task RunHereAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
    }
}
