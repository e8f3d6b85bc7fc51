using Agentworks.Agents;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.History;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Backups;

/// <summary>
/// Makes of a backup what was backed up, on a new machine or an empty one. Everything is checked before anything is made; what fails is undone;
/// what is killed is finished by the same command. Sessions come back stopped.
/// </summary>
public sealed class RestoreService(
    StateStore store, ConfigService config, MachineConnections machines, OperationRunner operations, VmMaker maker, VmCleaner cleaner, WorkspaceService workspaces,
    AgentService agents, TimeProvider clock)
{
    private const string Operation = "Restore-AgwVm";
    private static readonly TimeSpan UndoLimit = TimeSpan.FromMinutes(10);

    /// <exception cref="BackupInvalidException">It is no backup that can be restored.</exception>
    /// <exception cref="AlreadyExistsException">A name is taken.</exception>
    public async Task<AgwVmRestore> RestoreAsync(RestoreVm request, IEventSink events, CancellationToken cancellationToken)
    {
        var folder = BackupFolder.Open(request.Path);
        var manifest = folder.ReadManifest();
        var state = await folder.VerifyAsync(manifest, events, cancellationToken).ConfigureAwait(false);
        var plan = new RestorePlan(state, manifest, request);
        var name = request.Vm ?? request.Name ?? state.Vm.Name;
        Naming.Validate(EntityKind.Vm, name);
        var credentials = new Dictionary<string, IReadOnlyList<GitCredentialEntry>>(StringComparer.Ordinal);
        foreach (var (agent, _) in plan.Agents(state.Vm, config.Load()))
        {
            credentials[agent.Name] = await agents.ResolveCredentialsAsync(new NewAgent { Name = agent.Name, Template = agent.Template }, cancellationToken).ConfigureAwait(false);
        }

        return await operations.RunWithAsync(
            Operation,
            EntityKind.Vm,
            [name],
            plan.Names,
            events,
            scope => RestoreAsync(scope, new Work(request, folder, manifest, state, plan, name, credentials), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<AgwVmRestore> RestoreAsync(OperationScope scope, Work work, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var resumed = store.Journal.List(work.Name, openOnly: true).Any(entry => entry.Interrupted && entry.Operation == Operation);
        RequireFree(work, resumed);
        if (work.State.Vm.Dedicated)
        {
            scope.Events.Report(new WarningEvent(
                $"Workspace '{work.State.Vm.Name}' had a machine of its own. What is restored is shared: it is on a machine that can have others, without its limits and rules, and reaches the network."));
        }

        VmRow? vm = null;
        try
        {
            vm = await MachineAsync(scope, work, resumed, cancellationToken).ConfigureAwait(false);
            await FillAsync(scope, work, vm, cancellationToken).ConfigureAwait(false);
            scope.Note(VmEventNames.Restored, $"from {work.Folder.Path}");
            return work.Plan.Describe(vm, work.Folder.Path, clock.GetElapsedTime(began));
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            await UndoAsync(scope, work, vm ?? store.Read(state => state.FindVm(work.Name))).ConfigureAwait(false);
            throw;
        }
    }

    private void RequireFree(Work work, bool resumed) => store.Read<object?>(state =>
    {
        var vm = state.FindVm(work.Name);
        if (work.Request.Vm is not null)
        {
            vm = state.RequireVm(work.Name);
            if (!resumed && state.ListWorkspaces(vm.Id).Count + state.ListAgents(vm.Id).Count > 0)
            {
                throw new HasDependentsException($"VM '{vm.Name}' is not empty.") { Target = vm.Name, Recommendation = $"Restore-AgwVm '{work.Folder.Path}' -Name <a new name>" };
            }
        }
        else if (vm is not null && !resumed)
        {
            throw new AlreadyExistsException(EntityKind.Vm, work.Name) { Target = work.Name, Recommendation = $"Restore-AgwVm '{work.Folder.Path}' -Name <a new name>" };
        }

        if (work.Plan.FindTaken(state, resumed ? vm?.Id : null) is var (kind, name))
        {
            throw new AlreadyExistsException(kind, name) { Target = name, Recommendation = "Give what is restored other names with -NamePrefix or -NameSuffix." };
        }

        return null;
    });

    private async Task<VmRow> MachineAsync(OperationScope scope, Work work, bool resumed, CancellationToken cancellationToken)
    {
        if (work.Request.Vm is not null)
        {
            return store.Read(state => state.RequireVm(work.Name));
        }

        if (resumed && store.Read(state => state.FindVm(work.Name)) is { State: LifecycleState.Ready or LifecycleState.Partial } made)
        {
            return made;
        }

        var was = work.State.Vm;
        return await maker.MakeAsync(
            scope,
            new NewVm
            {
                Name = work.Name,
                Platform = work.Request.Platform ?? was.Platform,
                Template = work.Request.Template ?? (config.Load().VmTemplates.ContainsKey(was.Template) ? was.Template : null),
                Cpus = was.Cpus,
                MemoryGiB = was.MemoryMiB / 1024,
                DiskGiB = was.DiskGiB,
                // What lets a machine into another network is a secret, and so in no backup.
                Network = "direct",
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Users first, so that files find their owners; then homes, then workspaces; access and records last.</summary>
    private async Task FillAsync(OperationScope scope, Work work, VmRow vm, CancellationToken cancellationToken)
    {
        var settings = config.Load();
        var (places, users) = (work.Plan.Workspaces(vm, settings).ToArray(), work.Plan.Agents(vm, settings).ToArray());
        foreach (var (planned, _) in places)
        {
            var row = Begin(planned with { State = LifecycleState.Creating, Repository = null, Branch = null });
            await workspaces.BuildAsync(scope.Within("ws-" + row.Name), row, vm, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.Update(state.GetWorkspace(row.Id)! with { State = LifecycleState.Creating }));
        }

        foreach (var (planned, _) in users)
        {
            var row = Begin(planned with { State = LifecycleState.Creating, AllWorkspaces = false });
            await agents.BuildAsync(scope.Within("agt-" + row.Name), row, vm, work.Credentials[row.Name], cancellationToken).ConfigureAwait(false);
        }

        await ArchivesAsync(scope, work, vm, places, cancellationToken).ConfigureAwait(false);

        // Homes have come from the backup; what is declared for them holds again.
        await maker.InitializeAsync(scope.Within("again"), vm, null, cancellationToken).ConfigureAwait(false);
        foreach (var (planned, _) in users)
        {
            var row = store.Read(state => state.FindAgent(planned.Name)!);
            await agents.BuildAsync(scope.Within("again-" + row.Name), row, vm, work.Credentials[row.Name], cancellationToken).ConfigureAwait(false);
        }

        foreach (var (agent, names) in work.Plan.Access().Where(access => access.Workspaces.Count > 0))
        {
            scope.Record("access of " + agent);
            var (who, where) = store.Read(state => (state.FindAgent(agent)!, names.Select(name => state.FindWorkspace(name)!).ToArray()));
            await WorkspaceAccess.GrantAsync(machines.Shell(vm, holdsLock: true), who, where, scope.RemoteId("access-" + agent), cancellationToken).ConfigureAwait(false);
        }

        scope.Record("records");
        store.Write(state =>
        {
            foreach (var (planned, _) in places)
            {
                state.Update(planned with { Id = state.FindWorkspace(planned.Name)!.Id });
            }

            work.Plan.Record(state, vm, settings);
        });
    }

    private async Task ArchivesAsync(OperationScope scope, Work work, VmRow vm, IReadOnlyList<(WorkspaceRow Row, string Old)> places, CancellationToken cancellationToken)
    {
        var shell = machines.Shell(vm, holdsLock: true);
        var home = (await shell.RequireAsync(
            new RemoteCommand { Script = "getent passwd \"$1\" | cut -d: -f6", Arguments = [vm.AdminUser] }, "Looking for the admin's home", cancellationToken).ConfigureAwait(false)).OutputText.Trim();
        var names = work.Plan.Users(vm);
        foreach (var archive in work.Manifest.Archives.OrderBy(archive => archive.Kind == BackupArchive.Workspace))
        {
            var target = archive.Kind switch
            {
                BackupArchive.Workspace => places.Where(place => place.Old == archive.Name).Select(place => ((string User, string Path)?)(place.Row.LinuxGroup, place.Row.Path)).FirstOrDefault(),
                BackupArchive.Home => work.Plan.Home(archive.Name, vm, home),
                _ => ("root", string.Empty),
            };
            if (target is null)
            {
                scope.Events.Report(new WarningEvent($"The {archive.Kind} '{archive.Name}' belongs to nothing that is recorded and is left out."));
                continue;
            }

            scope.Record($"{archive.Kind} {archive.Name}");
            var said = archive.Kind == BackupArchive.SessionLogs
                ? await SendAsync(shell, work, archive, "restore-logs.sh", [archive.Packer, work.Plan.Sessions], scope, cancellationToken).ConfigureAwait(false)
                : await SendAsync(
                    shell, work, archive, "restore-tree.sh", [archive.Kind, target.Value.User, target.Value.Path, vm.AdminUser, archive.Packer, names], scope, cancellationToken).ConfigureAwait(false);
            if (archive.Fingerprint is not null && said != $"{archive.Fingerprint} {archive.Entries}")
            {
                throw new FileTransferException($"What was made of the {archive.Kind} '{archive.Name}' is not what was backed up.") { Target = archive.Name };
            }
        }
    }

    private static async Task<string> SendAsync(
        IMachineShell shell, Work work, BackupArchive archive, string script, IReadOnlyList<string> arguments, OperationScope scope, CancellationToken cancellationToken)
    {
        var file = work.Folder.OpenFile(archive);
        await using var _ = file.ConfigureAwait(false);
        var activity = $"Restoring {work.Name}";
        scope.Events.Report(new ProgressEvent(activity, $"{archive.Kind} {archive.Name}", Percent(work.Manifest, archive)));
        try
        {
            var result = await shell.RequireAsync(
                new RemoteCommand
                {
                    Script = BackupService.Functions + EmbeddedText.Read(script),
                    Arguments = arguments,
                    Input = file,
                    OperationId = scope.RemoteId($"{archive.Kind[0]}-{archive.Name}"),
                },
                $"Restoring the {archive.Kind} '{archive.Name}'",
                cancellationToken).ConfigureAwait(false);
            return result.OutputText.Trim();
        }
        finally
        {
            scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }
    }

    private static int Percent(BackupManifest manifest, BackupArchive archive)
    {
        var total = manifest.Archives.Sum(one => one.Size);
        return total == 0 ? 0 : (int)(100 * manifest.Archives.TakeWhile(one => one != archive).Sum(one => one.Size) / total);
    }

    /// <summary>The row, or the one that an earlier run that was killed has recorded.</summary>
    private WorkspaceRow Begin(WorkspaceRow row) => store.Write(state => state.FindWorkspace(row.Name) ?? state.Insert(row));

    private AgentRow Begin(AgentRow row) => store.Write(state => state.FindAgent(row.Name) ?? state.Insert(row));

    /// <summary>Removes what was made; when that fails too, it stays recorded.</summary>
    private async Task UndoAsync(OperationScope scope, Work work, VmRow? vm)
    {
        if (vm is null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(UndoLimit);
        var made = work.Request.Vm is null;
        try
        {
            if (made)
            {
                await cleaner.RemoveAsync(scope.Within("undo"), vm, cascade: true, limit.Token).ConfigureAwait(false);
                return;
            }

            foreach (var row in store.Read(state => state.ListAgents(vm.Id)))
            {
                await agents.EraseAsync(scope.Within("undo-agt-" + row.Name), row, vm, limit.Token).ConfigureAwait(false);
                store.Write(state => state.DeleteAgent(row.Id));
            }

            foreach (var row in store.Read(state => state.ListWorkspaces(vm.Id)))
            {
                await workspaces.EraseAsync(scope.Within("undo-ws-" + row.Name), row, vm, limit.Token).ConfigureAwait(false);
                store.Write(state => state.DeleteWorkspace(row.Id));
            }
        }
        catch (Exception e) when (e is AgentworksException or OperationCanceledException)
        {
            scope.Events.Report(new WarningEvent($"What was restored could not be undone ({e.Message}). Run: Remove-AgwVm {vm.Name} -Cascade"));
        }
    }

    private sealed record Work(
        RestoreVm Request, BackupFolder Folder, BackupManifest Manifest, BackupState State, RestorePlan Plan, string Name, IReadOnlyDictionary<string, IReadOnlyList<GitCredentialEntry>> Credentials);
}
