using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Snapshots;

/// <summary>
/// Snapshots of the files of shared workspaces. They lie in <c>_trees</c>, a folder of root's alone beside the workspaces, in one folder for each: as
/// read-only subvolumes where the store is btrfs, else as copies that share blocks where the file system can.
/// </summary>
/// <remarks>
/// A fork on btrfs is a subvolume of its own, made in a few milliseconds however many files it has: they are not given to the fork's user one by
/// one, but shown as that user's by an idmapped mount (Machine/mapped-mounts.pl), which comes back after a boot. The subvolume lies in the fork's
/// folder in <c>_trees</c>, and the workspace's own path is the mount.
/// </remarks>
internal sealed class TreeSnapshots(StateStore store, MachineConnections machines, WorkspaceService workspaces, SessionService sessions, TimeProvider clock) : ISnapshotProvider
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public SnapshotScope Scope => SnapshotScope.Tree;

    public bool Serves(SnapshotPlace place) => place.Workspace.Isolation == WorkspaceIsolation.Shared;

    public async Task<SnapshotMade> CreateAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, bool memory, CancellationToken cancellationToken)
    {
        if (memory)
        {
            throw new NotSupportedByPlatformException($"Workspace '{place.Workspace.Name}' is one of many on VM '{place.Vm.Name}': a snapshot of it holds its files, and no memory.")
            {
                Target = place.Workspace.Name,
                Recommendation = "New-AgwWorkspace -Isolated makes workspaces with a machine of their own.",
            };
        }

        var said = await RunAsync(
            place, TreeScripts.Create, [place.Workspace.Path, place.Workspace.LinuxGroup, row.Id], scope.RemoteId("snapshot"), $"Making a snapshot of workspace '{place.Workspace.Name}'", cancellationToken).ConfigureAwait(false);
        return said.Split(' ') is ["made", var provider, var path, var uid, var gid, var parent, var head]
            ? new SnapshotMade(provider, new TreeData(path, Number(uid), Number(gid)).ToJson(), head == "-" ? null : head, ParentId: parent == "-" ? null : parent)
            : throw new RemoteCommandException($"VM '{place.Vm.Name}' did not say what it made of workspace '{place.Workspace.Name}'.");
    }

    public async Task RestoreAsync(OperationScope scope, SnapshotPlace place, SnapshotRow row, RestoreSnapshot how, CancellationToken cancellationToken)
    {
        var data = Data(row);
        if (how.Stop is { } grace)
        {
            await StopSessionsAsync(place.Workspace.Name, grace, scope.Events, cancellationToken).ConfigureAwait(false);
        }

        var said = await RunAsync(
            place,
            TreeScripts.Restore,
            [place.Workspace.Path, place.Workspace.LinuxGroup, data.Path, Text(data.Uid), Text(data.Gid), how.Stop is { } stop ? Text((int)Math.Ceiling(stop.TotalSeconds)) : string.Empty],
            scope.RemoteId("restore"),
            $"Restoring workspace '{place.Workspace.Name}'",
            cancellationToken).ConfigureAwait(false);
        if (said != "restored")
        {
            throw StandingProcess.Refuse(place.Workspace.Name, StandingProcess.ParseAll(said), $"Restore-AgwSnapshot {row.Name} -Workspace {place.Workspace.Name} -Force");
        }
    }

    public async Task RemoveAsync(OperationScope scope, SnapshotPlace place, IReadOnlyList<SnapshotRow> rows, CancellationToken cancellationToken)
    {
        var folder = place.Workspace.Path[..place.Workspace.Path.LastIndexOf('/')];
        // One whose maker died before it could say where: it would be where it is made.
        string[] trees = [.. rows.SelectMany(row => TreeData.Parse(row.Data) is { } data
            ? new[] { data.Path }
            : new[] { folder, place.Vm.WorkspacesPath }.Distinct(StringComparer.Ordinal).Select(root => $"{root}/_trees/{place.Workspace.LinuxGroup}/{row.Id}"))];
        await RunAsync(place, TreeScripts.Remove, trees, scope.RemoteId("remove-" + rows[0].Id), $"Removing snapshots of workspace '{place.Workspace.Name}'", cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyDictionary<string, SnapshotSize>> MeasureAsync(
        VmRow vm, IReadOnlyList<(WorkspaceRow Workspace, SnapshotRow Snapshot)> snapshots, CancellationToken cancellationToken)
    {
        var ids = snapshots.ToLookup(one => Data(one.Snapshot).Path, one => one.Snapshot.Id, StringComparer.Ordinal);
        var result = await machines.Probe(vm).RequireAsync(
            new RemoteCommand { Script = TreeScripts.Measure, Arguments = [.. ids.Select(one => one.Key)], Timeout = Limit }, "Measuring snapshots", cancellationToken).ConfigureAwait(false);
        return result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 3))
            .SelectMany(words => ids[words[2]].Select(id => (Id: id, Size: new SnapshotSize(Bytes(words[0]), Bytes(words[1])))))
            .ToDictionary(one => one.Id, one => one.Size, StringComparer.Ordinal);
    }

    public IReadOnlyList<(string Kind, string Name)> LocksFor(IReadOnlyList<string> names) => [];

    public WorkspaceRow PlanFork(StateWriter state, SnapshotPlace source, string name, WorkspaceRow? old) => old ?? source.Workspace with
    {
        Id = Identifier.New(),
        Name = name,
        Path = $"{source.Vm.WorkspacesPath}/{name}",
        LinuxGroup = Naming.WorkspaceGroupPrefix + name,
        Store = null,
        DiskOwner = null,
        OtherPath = null,
        OtherVmId = null,
        Created = clock.GetUtcNow(),
    };

    public async Task<IReadOnlyList<ForkMade>> ForkAsync(
        OperationScope scope, SnapshotPlace source, SnapshotRow? snapshot, IReadOnlyList<WorkspaceRow> forks, IEventSink events, CancellationToken cancellationToken)
    {
        var data = snapshot is null ? null : Data(snapshot);
        var everywhere = store.Read(state => state.ListAgents(source.Vm.Id)).Where(agent => agent.AllWorkspaces).Select(agent => agent.LinuxUser);
        string[] arguments =
        [
            data?.Path ?? source.Workspace.Path,
            source.Workspace.LinuxGroup,
            data is null ? string.Empty : Text(data.Uid),
            data is null ? string.Empty : Text(data.Gid),
            source.Vm.WorkspacesPath,
            source.Vm.AdminUser,
            string.Join(' ', everywhere),
            "mapped",
            .. forks.SelectMany(fork => new[] { fork.LinuxGroup, fork.Path, fork.Id }),
        ];
        var result = await RunAsync(source.Vm, TreeScripts.Fork, arguments, scope.RemoteId("fork"), cancellationToken).ConfigureAwait(false);
        var lines = result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 3)).ToArray();
        var head = lines.FirstOrDefault(line => line is ["head", { Length: > 0 }, ..])?[1];
        var said = lines.Where(line => line[0] is "ok" or "no").ToDictionary(line => line[1], StringComparer.Ordinal);
        var warning = result.ErrorText.Trim();
        if (result.Succeeded && warning.Length > 0)
        {
            events.Report(new DetailEvent(warning));
        }

        var outcomes = new List<ForkMade>();
        foreach (var fork in forks)
        {
            if (said.GetValueOrDefault(fork.LinuxGroup) is ["ok", _, var how])
            {
                int? owner = how.Split(' ') is ["mapped", var uid] ? Number(uid) : null;
                var way = how.Split(' ')[0] switch
                {
                    "mapped" => "snapshot",
                    "copied" => "copy",
                    _ => "snapshot, and its files were given to its user one by one",
                };
                events.Report(new DetailEvent($"Workspace {fork.Name} was made of {source.Workspace.Name} by {way}."));
                outcomes.Add(new ForkMade(fork.Name, fork with { State = LifecycleState.Ready, Store = source.Vm.WorkspaceStore, DiskOwner = owner, ForkPoint = fork.ForkPoint ?? head }, null));
                continue;
            }

            var why = said.GetValueOrDefault(fork.LinuxGroup) is ["no", _, var message] ? message : warning.Length > 0 ? warning : $"VM '{source.Vm.Name}' did not say why.";
            AgentworksException failure = DiskFullException.IsToldBy(why)
                ? Full($"Workspace '{fork.Name}' could not be made: {why}", fork.Name, source.Vm)
                : new RemoteCommandException($"Workspace '{fork.Name}' could not be made: {why}") { Target = fork.Name };
            outcomes.Add(new ForkMade(fork.Name, null, failure, await UndoAsync(scope.Within($"undo-{fork.Name}"), fork, source.Vm, cancellationToken).ConfigureAwait(false)));
        }

        return outcomes;
    }

    /// <summary>A subvolume needs no other: there is nothing to do on the machine.</summary>
    public Task PromoteAsync(OperationScope scope, SnapshotPlace fork, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>They are told apart from other processes because they are to end in order, and to count as stopped on purpose.</summary>
    private async Task StopSessionsAsync(string workspace, TimeSpan grace, IEventSink events, CancellationToken cancellationToken)
    {
        var running = new List<string>();
        await foreach (var session in sessions.ObserveAsync([.. sessions.List().Where(session => session.Workspace == workspace)], cancellationToken).ConfigureAwait(false))
        {
            if (session.Status != SessionStatus.Stopped)
            {
                running.Add(session.Name);
            }
        }

        if (running.Count == 0)
        {
            return;
        }

        await foreach (var outcome in sessions.StopAsync(running, new StopSession(grace), events, cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }

        events.Report(new WarningEvent($"These sessions ran in workspace '{workspace}' and were stopped: {string.Join(", ", running)}. To go on with them: Start-AgwSession {string.Join(", ", running)}"));
    }

    private async Task<bool> UndoAsync(OperationScope scope, WorkspaceRow fork, VmRow vm, CancellationToken cancellationToken)
    {
        try
        {
            await workspaces.EraseAsync(scope, fork, vm, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AgentworksException)
        {
            return false;
        }
    }

    private async Task<string> RunAsync(SnapshotPlace place, string script, IReadOnlyList<string> arguments, string operationId, string what, CancellationToken cancellationToken)
    {
        var result = await RunAsync(place.Vm, script, arguments, operationId, cancellationToken).ConfigureAwait(false);
        try
        {
            return result.Require(what).OutputText.Trim();
        }
        catch (RemoteCommandException e) when (DiskFullException.IsToldBy(e.Message))
        {
            throw Full(e.Message, place.Workspace.Name, place.Vm);
        }
    }

    /// <summary>What fails for want of room is done again once the room is there that something removed a moment ago has not given back yet.</summary>
    private async Task<RemoteResult> RunAsync(VmRow vm, string script, IReadOnlyList<string> arguments, string operationId, CancellationToken cancellationToken)
    {
        var shell = machines.Shell(vm);
        var command = new RemoteCommand
        {
            Script = script,
            Arguments = arguments,
            Environment = TreeScripts.Environment,
            OperationId = operationId,
            OnDisconnect = DisconnectAction.Finish,
            Timeout = Limit,
        };
        var result = await shell.RunAsync(command, null, cancellationToken).ConfigureAwait(false);
        if (!DiskFullException.IsToldBy(result.ErrorText) && !DiskFullException.IsToldBy(result.OutputText))
        {
            return result;
        }

        await shell.RunAsync(new RemoteCommand { Script = TreeScripts.Reclaim, Arguments = [vm.WorkspacesPath], Timeout = Limit }, null, cancellationToken).ConfigureAwait(false);
        return await shell.RunAsync(command with { OperationId = operationId + "-again" }, null, cancellationToken).ConfigureAwait(false);
    }

    private static DiskFullException Full(string what, string workspace, VmRow vm) => new($"{what.TrimEnd('.')}.", workspace)
    {
        Recommendation = $"Get-AgwSnapshot -Vm {vm.Name} | Sort-Object UsedBytes shows what the snapshots hold; Remove-AgwSnapshot and Remove-AgwWorkspace make room.",
    };

    private static TreeData Data(SnapshotRow row) => TreeData.Parse(row.Data)
        ?? throw new NotReadyException($"Snapshot '{row.Name}' is not whole.") { Target = row.Name, Recommendation = $"Remove-AgwSnapshot {row.Name}" };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long? Bytes(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
}
