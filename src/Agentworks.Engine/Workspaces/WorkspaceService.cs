using Agentworks.Agents;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.Jobs;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Ports;
using Agentworks.Sessions;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;

namespace Agentworks.Workspaces;

/// <summary>
/// Workspaces: a folder on a machine and the Linux group that may enter it. The folder belongs to a user of its own, named like the
/// group: git and the operator's commands run there as that user, never as the admin, because what agents leave in a repository
/// (hooks, filters, aliases) runs with whoever calls git.
/// </summary>
public sealed class WorkspaceService(
    StateStore store, ConfigService config, MachineConnections machines, OperationRunner operations, SessionService sessions, JobService jobs, ShellVariables shellVariables, CloneCredentials cloneCredentials, IProcessRunner processes, TimeProvider clock,
    Func<Dedicated.DedicatedService> dedicated)
{
    private readonly StateModel _model = new(store);

    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwWorkspace> List() => dedicated().Describe(_model.Workspaces());

    public Task<AgwWorkspace> CreateAsync(NewWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Workspace, request.Name);
        var template = config.Load().ResolveWorkspaceTemplate(request.Template);
        var source = RepositorySource.Parse(request.Repository ?? template.Repo);
        return operations.RunAsync(
            "New-AgwWorkspace",
            EntityKind.Workspace,
            request.Name,
            events,
            async scope =>
            {
                var (row, vm) = Insert(request, template.Name, source);
                scope.Record("folder and group on the machine");
                try
                {
                    await MakeAsync(scope, row, vm, source, cancellationToken).ConfigureAwait(false);
                }
                catch (AgentworksException e) when (e is RemoteCommandException or ConnectionFailedException or InvalidRequestException)
                {
                    await WithdrawAsync(scope, row, vm, e, cancellationToken).ConfigureAwait(false);
                    throw;
                }

                await FinishAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
                return List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken);
    }

    /// <summary>Removes the folder, its group and its user; with <paramref name="cascade"/>, its sessions too.</summary>
    /// <exception cref="HasDependentsException">Sessions live in it and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) =>
        store.Read(state => state.FindWorkspace(name)) is { Isolation: WorkspaceIsolation.Dedicated } ? dedicated().RemoveAsync(name, cascade, events, cancellationToken) : operations.RunAsync(
            "Remove-AgwWorkspace",
            EntityKind.Workspace,
            name,
            events,
            async scope =>
            {
                var row = store.Read(state => state.FindWorkspace(name))
                    ?? throw new NotFoundException(EntityKind.Workspace, name) { Target = name, Recommendation = "Get-AgwWorkspace lists them." };
                await Dependents.RemoveSessionsAsync(
                    sessions, store.Read(state => RequireNoForks(state, row)), cascade, $"Workspace '{name}'", $"Remove-AgwWorkspace {name} -Cascade", events, cancellationToken).ConfigureAwait(false);
                if (!cascade)
                {
                    await jobs.RequireEndedAsync(
                        store.Read(state => state.ListJobs(workspaceId: row.Id)), $"Workspace '{name}'", $"Remove-AgwWorkspace {name} -Cascade", cancellationToken).ConfigureAwait(false);
                }

                var vm = store.Write(state =>
                {
                    state.Update(row with { State = LifecycleState.Removing });
                    return state.GetVm(row.VmId)!;
                });
                await jobs.EraseAsync(scope, store.Read(state => state.ListJobs(workspaceId: row.Id)), cancellationToken).ConfigureAwait(false);
                scope.Record("folder and group on the machine");
                await DeleteAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
                if (row.OtherPath is { } other && store.Read(state => state.GetVm(row.OtherVmId ?? row.VmId)) is { } otherVm)
                {
                    // It was on its way when its mover died.
                    await DeleteAsync(scope.Within("other"), row with { Path = other }, otherVm, cancellationToken).ConfigureAwait(false);
                }

                scope.Record("workspace recorded");
                store.Write(state => state.DeleteWorkspace(row.Id));
            },
            cancellationToken);

    /// <summary>A login shell in its folder, as the workspace's own user or as an agent that may enter.</summary>
    public async Task<InteractiveCommand> GetShellAsync(string name, string? agent, CancellationToken cancellationToken)
    {
        var (row, vm) = store.Read(state =>
        {
            var found = state.RequireWorkspace(name);
            return (found, state.GetVm(found.VmId)!);
        });
        var who = agent is null ? null : store.Read(state => state.RequireAgent(agent));
        if (who is not null)
        {
            AgentService.RequireAccess(store, who, row);
        }

        var user = who?.LinuxUser ?? row.LinuxGroup;
        var exports = await shellVariables.PrepareAsync(machines.Shell(vm), vm, row, who, user, cancellationToken).ConfigureAwait(false);
        var shell = $"{exports}cd {PosixShell.Quote(row.Path)} && exec \"$SHELL\" -l";

        // Through the admin where it is the workspace's own user, which has no way to log in.
        var line = who is null ? $"exec sudo -n -H -u {row.LinuxGroup} /bin/sh -c {PosixShell.Quote(shell)}" : shell;
        return await machines.EnterAsync(vm, who?.LinuxUser ?? vm.AdminUser, line, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A workspace as it will be recorded; everything about the request is checked, and nothing is done.</summary>
    internal WorkspaceRow Plan(NewWorkspace request, VmRow vm)
    {
        Naming.Validate(EntityKind.Workspace, request.Name);
        var template = config.Load().ResolveWorkspaceTemplate(request.Template);
        ValidateBranch(request.Branch);
        RequireShared(vm);
        return Row(request, template.Name, RepositorySource.Parse(request.Repository ?? template.Repo), vm);
    }

    /// <summary>Makes a recorded workspace, whole or half made, as a part of another operation that holds its lock and undoes what fails.</summary>
    internal async Task BuildAsync(OperationScope scope, WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        scope.Record("folder and group on the machine");
        await MakeAsync(scope, row, vm, RepositorySource.Parse(row.Repository), cancellationToken).ConfigureAwait(false);
        await FinishAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes it off the machine; its record is the caller's business.</summary>
    internal Task EraseAsync(OperationScope scope, WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        scope.Record("folder and group on the machine");
        return DeleteAsync(scope, row, vm, cancellationToken);
    }

    /// <summary>Lets agents in that are granted everything, and records that it is whole.</summary>
    internal async Task FinishAsync(OperationScope scope, WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        scope.Record("grants on the machine");
        var everywhere = store.Read(state => state.ListAgents(vm.Id)).Where(agent => agent.AllWorkspaces).ToArray();
        foreach (var agent in everywhere)
        {
            await WorkspaceAccess.GrantAsync(machines.Shell(vm), agent, [row], scope.RemoteId("grant-" + agent.Name), cancellationToken).ConfigureAwait(false);
        }

        scope.Record("workspace recorded");
        store.Write(state => state.Update(row with { State = LifecycleState.Ready, Store = vm.WorkspaceStore }));
    }

    /// <summary>Its sessions.</summary>
    private static IReadOnlyList<SessionRow> RequireNoForks(StateReader state, WorkspaceRow row)
    {
        var forks = state.ListSnapshots(row.Id).SelectMany(snapshot => state.ListForks(snapshot.Id)).Where(fork => fork.Id != row.Id).ToArray();
        return forks.Length == 0
            ? state.ListSessions(workspaceId: row.Id)
            : throw SnapshotDependents.Of($"Workspace '{row.Name}'", row.Name, forks);
    }

    /// <summary>The folders that hold its snapshots; those made before it was moved are still where it was.</summary>
    private string[] TreesOf(WorkspaceRow row) => store.Read(state => state.ListSnapshots(row.Id))
        .Where(snapshot => snapshot.Scope == SnapshotScope.Tree)
        .Select(snapshot => TreeData.Parse(snapshot.Data)?.Path).OfType<string>()
        .Select(path => path[..path.LastIndexOf('/')])
        .Distinct(StringComparer.Ordinal).ToArray();

    private (WorkspaceRow Row, VmRow Vm) Insert(NewWorkspace request, string template, RepositorySource? source) => store.Write(state =>
    {
        var vm = state.RequireVmOrOnly(request.Vm);
        RequireShared(vm);
        if (state.FindWorkspace(request.Name) is { } old)
        {
            if (old.State != LifecycleState.Creating || old.VmId != vm.Id || old.CopiedFrom is not null)
            {
                throw new AlreadyExistsException(EntityKind.Workspace, request.Name)
                {
                    Target = request.Name,
                    Recommendation = $"Get-AgwWorkspace {request.Name}, or choose another name.",
                };
            }

            // Its maker died; the machine's script leaves a workspace that is whole and makes anew one that is not.
            return (old, vm);
        }

        var row = Row(request, template, source, vm);
        state.Insert(row);
        return (row, vm);
    });

    private WorkspaceRow Row(NewWorkspace request, string template, RepositorySource? source, VmRow vm) => new()
    {
        Id = Identifier.New(),
        Name = request.Name,
        VmId = vm.Id,
        Isolation = WorkspaceIsolation.Shared,
        State = LifecycleState.Creating,
        Template = template,
        Path = $"{vm.WorkspacesPath}/{request.Name}",
        LinuxGroup = Naming.WorkspaceGroupPrefix + request.Name,
        Repository = source is null ? null : source.Folder ?? source.Url,
        Branch = request.Branch,
        Created = clock.GetUtcNow(),
    };

    /// <exception cref="InvalidRequestException">The machine belongs to a dedicated workspace, which shares it with no other.</exception>
    internal static void RequireShared(VmRow vm)
    {
        if (vm.Dedicated)
        {
            throw new InvalidRequestException($"The machine '{vm.Name}' belongs to the dedicated workspace of that name: the two go together, and no other can be on it.")
            {
                Target = vm.Name,
                Recommendation = "Name another machine with -Vm, or make a workspace with a machine of its own: -Isolated.",
            };
        }
    }

    private static void ValidateBranch(string? branch)
    {
        if (branch is not null && (branch.StartsWith('-') || branch.Any(char.IsControl)))
        {
            throw new InvalidRequestException("That cannot be the name of a branch.") { Target = branch };
        }
    }

    private async Task MakeAsync(OperationScope scope, WorkspaceRow row, VmRow vm, RepositorySource? source, CancellationToken cancellationToken)
    {
        ValidateBranch(row.Branch);
        var activity = $"Workspace {row.Name}";
        var bundle = source?.Folder is null ? null : await source.BundleAsync(processes, cancellationToken).ConfigureAwait(false);
        try
        {
            var origin = source?.Folder is null ? string.Empty : await source.OriginAsync(processes, cancellationToken).ConfigureAwait(false);
            var input = bundle is null ? null : File.OpenRead(bundle);
            await using var _ = input?.ConfigureAwait(false) ?? Stream.Null.ConfigureAwait(false);
            var credential = source?.Kind == "clone" ? await cloneCredentials.FindAsync(source.Url, cancellationToken).ConfigureAwait(false) : null;
            var progress = new GitProgress(activity, scope.Events);
            var result = await machines.Shell(vm).RunAsync(
                new RemoteCommand
                {
                    Script = CloneCredentials.Functions(credential) + WorkspacePlan.Functions + EmbeddedText.Read("workspace-create.sh"),
                    Arguments = [row.LinuxGroup, row.Path, vm.AdminUser, source?.Kind ?? string.Empty, source?.Url ?? string.Empty, row.Branch ?? string.Empty, origin],
                    Input = input,
                    OperationId = scope.RemoteId("create"),
                },
                chunk =>
                {
                    progress.Feed(chunk.Data.Span);
                    return ValueTask.CompletedTask;
                },
                cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                var said = progress.Said.Length > 0 ? progress.Said : result.ErrorText.Trim();
                throw new RemoteCommandException($"Workspace '{row.Name}' could not be made: {said}") { Target = row.Name };
            }
        }
        finally
        {
            scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
            if (bundle is not null)
            {
                Directory.Delete(Path.GetDirectoryName(bundle)!, recursive: true);
            }
        }
    }

    /// <summary>Undoes a making that failed; when that fails too, the record stays for Remove-AgwWorkspace.</summary>
    private async Task WithdrawAsync(OperationScope scope, WorkspaceRow row, VmRow vm, AgentworksException cause, CancellationToken cancellationToken)
    {
        try
        {
            if (cause is RemoteCommandException)
            {
                await DeleteAsync(scope, row, vm, cancellationToken).ConfigureAwait(false);
            }

            store.Write(state => state.DeleteWorkspace(row.Id));
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent($"What was made of workspace '{row.Name}' could not be undone ({e.Message}). Run: Remove-AgwWorkspace {row.Name}"));
        }
    }

    private Task DeleteAsync(OperationScope scope, WorkspaceRow row, VmRow vm, CancellationToken cancellationToken) =>
        machines.Shell(vm).RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("processes.sh") + WorkspacePlan.Functions + EmbeddedText.Read("workspace-remove.sh"),
                Arguments = [row.LinuxGroup, row.Path, row.Id, .. TreesOf(row)],
                OperationId = scope.RemoteId("remove"),
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(10),
            },
            $"Removing workspace '{row.Name}'",
            cancellationToken);
}
