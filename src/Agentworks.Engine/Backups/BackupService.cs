using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.History;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Backups;

/// <summary>
/// Backs machines up, to a folder on the operator's computer: an archive for each workspace and each home, what is recorded, and a manifest, which
/// is written last. Archives flow from the machine to the file; nothing is put down there. Workspaces are of one instant where their store is
/// copy-on-write; homes are read as they are.
/// </summary>
public sealed class BackupService(StateStore store, ConfigService config, MachineConnections machines, OperationRunner operations, TimeProvider clock)
{
    private const string FolderStep = "folder ";
    private static readonly TimeSpan CleaningLimit = TimeSpan.FromMinutes(2);

    internal static string Functions => WorkspaceTransfer.Functions + EmbeddedText.Read("backup-common.sh");

    /// <summary>Backups in a folder, or in the configured one, the newest first.</summary>
    public IReadOnlyList<AgwVmBackup> List(string? root) => BackupFolder.List(root ?? config.Load().Paths.Backups);

    /// <exception cref="FileTransferException">It could not be written here.</exception>
    /// <exception cref="RemoteCommandException">It could not be read there.</exception>
    public Task<AgwVmBackup> CreateAsync(BackupVm request, IEventSink events, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(request.Root ?? config.Load().Paths.Backups);
        return operations.RunAsync(
            "Backup-AgwVm",
            EntityKind.Vm,
            request.Vm,
            events,
            scope => MakeAsync(scope, request, root, cancellationToken),
            cancellationToken);
    }

    private async Task<AgwVmBackup> MakeAsync(OperationScope scope, BackupVm request, string root, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var (vm, state) = store.Read(reader =>
        {
            var row = reader.RequireVm(request.Vm);
            return (row, BackupState.Of(reader, row));
        });
        ClearUnfinished(vm.Name);
        var folder = Write(root, () => BackupFolder.Create(root, vm.Name, now));
        scope.Record(FolderStep + folder.Path);
        try
        {
            var archives = await ArchiveAsync(scope, vm, state, request, folder, cancellationToken).ConfigureAwait(false);
            scope.Record("manifest");
            var manifest = new BackupManifest
            {
                Format = BackupManifest.FormatName,
                Version = BackupManifest.CurrentVersion,
                Vm = vm.Name,
                VmId = vm.Id,
                Created = now,
                Duration = clock.GetElapsedTime(began),
                Module = typeof(BackupService).Assembly.GetName().Version?.ToString(3) ?? string.Empty,
                Credentials = request.IncludeCredentials,
                Workspaces = state.Workspaces.Select(row => row.Name).ToArray(),
                Agents = state.Agents.Select(row => row.Name).ToArray(),
                Sessions = state.Sessions.Select(row => row.Name).ToArray(),
                Archives = archives,
                StateSha256 = string.Empty,
            };
            Write(root, () =>
            {
                folder.Complete(state, manifest);
                return true;
            });
            scope.Note(VmEventNames.BackupCompleted, folder.Path);
            return BackupFolder.Describe(folder.Path, manifest);
        }
        catch
        {
            folder.Delete();
            throw;
        }
    }

    private async Task<IReadOnlyList<BackupArchive>> ArchiveAsync(
        OperationScope scope, VmRow vm, BackupState state, BackupVm request, BackupFolder folder, CancellationToken cancellationToken)
    {
        var shell = machines.Shell(vm, holdsLock: true);
        var activity = $"Backup of {vm.Name}";
        scope.Record("snapshots on the machine");
        try
        {
            var (packer, home, how) = await PrepareAsync(scope, shell, vm, state, cancellationToken).ConfigureAwait(false);
            var archives = new List<BackupArchive>();
            foreach (var (kind, name, path, way) in Sources(vm, state, home, how, scope.Events))
            {
                scope.Record($"archive {kind} {name}");
                var excluded = kind == BackupArchive.Home && !request.IncludeCredentials ? CredentialFiles.All : [];
                var archive = new BackupArchive { Kind = kind, Name = name, File = FileOf(kind, name, packer), Packer = packer, Size = 0, Sha256 = string.Empty, Snapshot = way == "snapshot" };
                archives.Add(await ReceiveAsync(shell, archive, [path, way, packer, .. excluded], folder, activity, scope.Events, cancellationToken).ConfigureAwait(false));
            }

            return archives;
        }
        finally
        {
            scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
            await CleanAsync(scope, shell, vm, state).ConfigureAwait(false);
        }
    }

    private static string FileOf(string kind, string name, string packer)
    {
        var end = packer == "zstd" ? "zst" : "gz";
        return kind switch
        {
            BackupArchive.Workspace => $"workspaces/{name}.tar.{end}",
            BackupArchive.Home => $"homes/{name}.tar.{end}",
            _ => $"session-logs.tar.{end}",
        };
    }

    private static async Task<(string Packer, string AdminHome, IReadOnlyList<string> How)> PrepareAsync(
        OperationScope scope, IMachineShell shell, VmRow vm, BackupState state, CancellationToken cancellationToken)
    {
        var result = await shell.RequireAsync(
            new RemoteCommand
            {
                Script = Functions + EmbeddedText.Read("backup-prepare.sh"),
                Arguments = [vm.WorkspacesPath, vm.AdminUser, .. state.Workspaces.Select(row => row.Path)],
                OperationId = scope.RemoteId("prepare"),
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(10),
            },
            $"Preparing the backup of VM '{vm.Name}'",
            cancellationToken).ConfigureAwait(false);
        var lines = result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == state.Workspaces.Count + 2
            ? (lines[0], lines[1], lines[2..])
            : throw new RemoteCommandException($"VM '{vm.Name}' did not say how it can be backed up.") { Target = vm.Name };
    }

    private static IEnumerable<(string Kind, string Name, string Path, string How)> Sources(
        VmRow vm, BackupState state, string adminHome, IReadOnlyList<string> how, IEventSink events)
    {
        foreach (var (workspace, way) in state.Workspaces.Zip(how))
        {
            if (way == "missing")
            {
                throw new NotReadyException($"The folder of workspace '{workspace.Name}' is gone: {workspace.Path}.")
                {
                    Target = workspace.Name,
                    Recommendation = $"Repair-AgwWorkspace {workspace.Name}, or Remove-AgwWorkspace {workspace.Name}.",
                };
            }

            if (way == "live")
            {
                events.Report(new DetailEvent($"Workspace {workspace.Name} is read as it is, not at one instant."));
            }

            yield return (BackupArchive.Workspace, workspace.Name, workspace.Path, way);
        }

        yield return (BackupArchive.Home, vm.AdminUser, adminHome, "live");
        foreach (var workspace in state.Workspaces)
        {
            yield return (BackupArchive.Home, workspace.LinuxGroup, $"/var/lib/agentworks/homes/{workspace.LinuxGroup}", "live");
        }

        foreach (var agent in state.Agents)
        {
            yield return (BackupArchive.Home, agent.LinuxUser, $"/home/{agent.LinuxUser}", "live");
        }

        yield return (BackupArchive.SessionLogs, "sessions", "/var/log/agentworks/sessions", "live");
    }

    private static async Task<BackupArchive> ReceiveAsync(
        IMachineShell shell, BackupArchive archive, IReadOnlyList<string> arguments, BackupFolder folder, string activity, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            var file = folder.CreateFile(archive.File);
            await using var _ = file.ConfigureAwait(false);
            using var receiver = new ArchiveReceiver(file, activity, $"{archive.Kind} {archive.Name}", events, cancellationToken);
            var result = await shell.RunAsync(
                new RemoteCommand { Script = Functions + EmbeddedText.Read("backup-send.sh"), Arguments = arguments }, receiver.TakeAsync, cancellationToken).ConfigureAwait(false);
            receiver.Finish();
            // 1: something changed or went while it was read, as happens to a folder in use.
            if (!result.Succeeded || receiver.Status is null or > 1 || (receiver.Status == 1 && archive.Snapshot))
            {
                throw new RemoteCommandException($"The {archive.Kind} '{archive.Name}' could not be read (exit status {result.ExitCode}, tar {receiver.Status}): {receiver.Said}") { Target = archive.Name };
            }

            if (receiver.Status == 1)
            {
                events.Report(new WarningEvent($"Something in the {archive.Kind} '{archive.Name}' changed while it was read."));
            }

            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            return archive with { Size = receiver.Length, Sha256 = receiver.Sha256(), Fingerprint = receiver.Fingerprint, Entries = receiver.Entries };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder.Path, e);
        }
    }

    /// <summary>Also after Ctrl-C and failures; what cannot be cleared away now, the next backup clears away.</summary>
    private static async Task CleanAsync(OperationScope scope, IMachineShell shell, VmRow vm, BackupState state)
    {
        using var limit = new CancellationTokenSource(CleaningLimit);
        try
        {
            await shell.RequireAsync(
                new RemoteCommand
                {
                    Script = Functions + EmbeddedText.Read("backup-clean.sh"),
                    Arguments = [.. state.Workspaces.Select(row => row.Path)],
                    OperationId = scope.RemoteId("clean"),
                    OnDisconnect = DisconnectAction.Finish,
                    Timeout = CleaningLimit,
                },
                $"Removing the snapshots of VM '{vm.Name}'",
                limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            scope.Events.Report(new WarningEvent($"Snapshots of VM '{vm.Name}' are left on it ({e.Message}); the next backup removes them."));
        }
    }

    /// <summary>Removes the folders of backups whose process was killed. The machine's lock is held, so none of them is being written.</summary>
    private void ClearUnfinished(string vm)
    {
        var left = store.Journal.List(vm, openOnly: true).Where(entry => entry.Interrupted && entry.Operation == "Backup-AgwVm").SelectMany(entry => entry.Steps);
        foreach (var path in left.Where(step => step.Step.StartsWith(FolderStep, StringComparison.Ordinal)).Select(step => step.Step[FolderStep.Length..]))
        {
            if (BackupFolder.IsUnfinished(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    private static T Write<T>(string root, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(root, e);
        }
    }

    private static FileTransferException Unwritable(string path, Exception e) => new($"The backup could not be written to '{path}': {e.Message}")
    {
        Target = path,
        Recommendation = "Make room there, or name another folder with Backup-AgwVm -Path.",
    };
}
