using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Dedicated;

/// <summary>
/// Makes workspaces that own their machine: both records come in one transaction, then the machine. Each stage may be repeated, so a making
/// that was cut off anywhere is finished by making it again.
/// </summary>
public sealed class DedicatedMaker(
    StateStore store, ConfigService config, PlatformRegistry platforms, MachineConnections machines, OperatorKeys keys, KnownHosts knownHosts, OperationRunner operations,
    WorkspaceService workspaces, Limits.Quotas quotas, Limits.RateLimiter limiter, Func<PoolService> pool, TimeProvider clock)
{
    /// <exception cref="QuotaExceededException">The operator's dedicated workspaces would take too much.</exception>
    /// <exception cref="RateLimitedException">Too many were made in a short time, and the caller does not want to wait.</exception>
    public async Task<AgwWorkspace> CreateAsync(NewDedicatedWorkspace request, IEventSink events, CancellationToken cancellationToken)
    {
        Validate(request.Name);
        var template = config.Load().ResolveWorkspaceTemplate(request.Template);
        var repository = RepositorySource.Parse(request.Repository ?? template.Repo);
        await limiter.CreateAsync(request.NoWait, events, cancellationToken).ConfigureAwait(false);
        var began = clock.GetTimestamp();
        return await RunAsync(
            "New-AgwWorkspace",
            request.Name,
            events,
            async scope =>
            {
                var (row, vm) = await RecordAsync(request, template.Name, repository, scope.Events, cancellationToken).ConfigureAwait(false);
                await BringUpAsync(scope, row, vm, (platform, spec) => MakeAsync(scope, row, platform, spec, vm, cancellationToken), began, cancellationToken).ConfigureAwait(false);
                pool().FillSoon();
                return workspaces.List().First(workspace => workspace.Id == row.Id);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>See <see cref="Limits.Quotas"/>.</summary>
    internal void RequireQuota(StateReader state, VmRow vm) => quotas.Require(state, vm);

    /// <summary>Runs a change of a dedicated workspace and its machine, under the locks of both: the workspace's first, as everywhere.</summary>
    internal Task<T> RunAsync<T>(string operation, string name, IEventSink events, Func<OperationScope, Task<T>> body, CancellationToken cancellationToken) =>
        operations.RunWithAsync(operation, EntityKind.Vm, [name], [(EntityKind.Workspace, name)], events, body, cancellationToken);

    /// <summary>It is also the name of a machine.</summary>
    internal static void Validate(string name)
    {
        Naming.Validate(EntityKind.Workspace, name);
        Naming.Validate(EntityKind.Vm, name);
        if (name.StartsWith(PoolService.NamePrefix, StringComparison.Ordinal))
        {
            throw new InvalidNameException(EntityKind.Workspace, name, $"names that begin with '{PoolService.NamePrefix}' are those of machines that wait in a pool.") { Target = name };
        }
    }

    /// <summary>
    /// From two records to a machine whose first command has run, and a repository in it where one is wanted. What fails is undone: nobody
    /// has put anything into it yet.
    /// </summary>
    internal async Task BringUpAsync(
        OperationScope scope, WorkspaceRow row, VmRow vm, Func<IVmPlatform, MachineSpec, Task<PlatformMachine>> make, long began, CancellationToken cancellationToken)
    {
        var (booted, ready) = await BootAsync(scope, row, vm, make, began, cancellationToken).ConfigureAwait(false);
        try
        {
            if (row.Repository is not null && row.ParentSnapshotId is null && row.CopiedFrom is null)
            {
                await workspaces.BuildAsync(scope, row, booted, cancellationToken).ConfigureAwait(false);
            }

            Finish(scope, row, vm, ready);
        }
        catch (AgentworksException)
        {
            await UndoAsync(scope, booted, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes a machine back that is whole: what was in it stays, so nothing is undone when it does not come up.</summary>
    internal async Task ReviveAsync(OperationScope scope, WorkspaceRow row, VmRow vm, PlatformMachine found, long began, CancellationToken cancellationToken)
    {
        var platform = platforms.Get(vm.Platform);
        var machine = found with { Spec = await SpecAsync(vm, cancellationToken).ConfigureAwait(false) };
        scope.Record("start");
        await platform.StartAsync(machine, scope.Events, cancellationToken).ConfigureAwait(false);
        await PinAsync(vm, platform, machine, cancellationToken).ConfigureAwait(false);
        if (platform is INetworkPolicy network && machine.Spec.Network is { } rules)
        {
            await network.ApplyAsync(machine, rules, cancellationToken).ConfigureAwait(false);
        }

        scope.Record("first command");
        await FirstCommandAsync(row, vm, cancellationToken).ConfigureAwait(false);
        Finish(scope, row, vm, clock.GetElapsedTime(began));
    }

    /// <summary>Makes a recorded machine and starts it, until its first command has run. What fails is undone, with its records.</summary>
    internal async Task<(VmRow Vm, TimeSpan Ready)> BootAsync(
        OperationScope scope, WorkspaceRow row, VmRow vm, Func<IVmPlatform, MachineSpec, Task<PlatformMachine>> make, long began, CancellationToken cancellationToken)
    {
        var platform = platforms.Get(vm.Platform);
        try
        {
            scope.Record("platform " + vm.Platform);
            var machine = await make(platform, await SpecAsync(vm, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            scope.Record("start");
            await platform.StartAsync(machine, scope.Events, cancellationToken).ConfigureAwait(false);
            await PinAsync(vm, platform, machine, cancellationToken).ConfigureAwait(false);
            vm = vm with { PlatformData = machine.Data, Image = vm.Image ?? (platform as IImageStore)?.DefaultImage };
            scope.Record("first command");
            store.Write(state => state.Update(vm));
            await FirstCommandAsync(row, vm, cancellationToken).ConfigureAwait(false);
            return (vm, clock.GetElapsedTime(began));
        }
        catch (AgentworksException)
        {
            await UndoAsync(scope, vm, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private void Finish(OperationScope scope, WorkspaceRow row, VmRow vm, TimeSpan ready)
    {
        scope.Record("workspace recorded");
        store.Write(state =>
        {
            state.Update(state.GetVm(vm.Id)! with { State = LifecycleState.Ready });
            state.Update(state.GetWorkspace(row.Id)! with
            {
                State = LifecycleState.Ready,
                Store = (platforms.Get(vm.Platform) as IDiskSnapshots)?.Provider,
                ReadyMilliseconds = (int)ready.TotalMilliseconds,
            });
        });
    }

    /// <summary>A machine from a pool gets its names with it: in one round trip, and as often as it takes.</summary>
    private Task<RemoteResult> FirstCommandAsync(WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        var command = row.FromPool
            ? new RemoteCommand { Script = EmbeddedText.Read("pool-claim.sh"), Arguments = [vm.HostName, row.LinuxGroup, row.Path] }
            : new RemoteCommand { Script = ":", User = row.LinuxGroup, WorkingDirectory = row.Path };
        return machines.Shell(vm, holdsLock: true).RequireAsync(command with { Timeout = TimeSpan.FromSeconds(30) }, $"The first command in workspace '{row.Name}'", cancellationToken);
    }

    internal async Task<MachineSpec> SpecAsync(VmRow vm, CancellationToken cancellationToken) =>
        vm.ToMachine(store.OwnerTag).Spec with { AuthorizedKeys = await keys.AuthorizedKeysAsync(cancellationToken).ConfigureAwait(false) };

    /// <summary>The two records of a new one. Everything in them is checked, and nothing is done.</summary>
    internal (WorkspaceRow Row, VmRow Vm) Rows(NewDedicatedWorkspace request, string template, RepositorySource? source, IVmPlatform platform)
    {
        var vm = new VmRow
        {
            Id = Identifier.New(),
            Name = request.Name,
            Platform = platform.Name,
            Template = config.Load().ResolveVmTemplate(null).Name,
            State = LifecycleState.Creating,
            DesiredPower = DesiredPower.Running,
            AdminUser = PreparedMachine.AdminUser,
            HostName = request.Name,
            WorkspacesPath = PreparedMachine.Path,
            Cpus = request.Cpus ?? DedicatedDefaults.Cpus,
            MemoryMiB = request.MemoryMiB ?? DedicatedDefaults.MemoryMiB,
            DiskGiB = request.DiskGiB ?? DedicatedDefaults.DiskGiB,
            Image = request.Image,
            Dedicated = true,
            NetworkRulesJson = JsonSerializer.Serialize(NetworkRules.Closed with { AllowInternet = request.AllowInternet }),
            Created = clock.GetUtcNow(),
        };
        var row = new WorkspaceRow
        {
            Id = Identifier.New(),
            Name = request.Name,
            VmId = vm.Id,
            Isolation = WorkspaceIsolation.Dedicated,
            State = LifecycleState.Creating,
            Template = template,
            Path = PreparedMachine.Path,
            LinuxGroup = PreparedMachine.User,
            Repository = source is null ? null : source.Folder ?? source.Url,
            Branch = request.Branch,
            Created = vm.Created,
        };
        if (vm is { Cpus: < 1 } or { MemoryMiB: < 128 } or { DiskGiB: < 1 })
        {
            throw new InvalidRequestException($"A machine of {vm.Cpus} processor(s), {vm.MemoryMiB} MiB of memory and {vm.DiskGiB} GiB of disk cannot be.")
            {
                Target = request.Name,
                Recommendation = "It takes at least 1 processor, 128 MiB and 1 GiB.",
            };
        }

        platform.Validate(vm.ToMachine(store.OwnerTag).Spec);
        return (row, vm);
    }

    internal IVmPlatform Choose(string? name)
    {
        var platform = (name ?? config.Load().Defaults.Platform) is { } chosen ? platforms.Get(chosen) : platforms.Default;
        return platform.Traits.Boundary != MachineBoundary.None ? platform
            : throw new NotSupportedByPlatformException($"The platform {platform.Name} makes no machines, so no workspace can have one of its own there.")
            {
                Target = platform.Name,
                Recommendation = "Choose another with -Platform, such as nspawn.",
            };
    }

    private async Task<(WorkspaceRow Row, VmRow Vm)> RecordAsync(
        NewDedicatedWorkspace request, string template, RepositorySource? source, IEventSink events, CancellationToken cancellationToken)
    {
        if (store.Read(state => state.FindWorkspace(request.Name)) is { } old)
        {
            // Its maker died half-way: what it recorded is what will be finished.
            return old is { State: LifecycleState.Creating, Isolation: WorkspaceIsolation.Dedicated, ParentSnapshotId: null }
                ? (old, store.Read(state => state.GetVm(old.VmId))!)
                : throw new AlreadyExistsException(EntityKind.Workspace, request.Name) { Target = request.Name, Recommendation = $"Get-AgwWorkspace {request.Name}, or choose another name." };
        }

        var platform = Choose(request.Platform);
        var readiness = await platform.CheckAsync(cancellationToken).ConfigureAwait(false);
        if (!readiness.Ready)
        {
            throw new PlatformUnavailableException($"Platform {platform.Name} cannot work here: {readiness.Message}") { Target = platform.Name, Recommendation = readiness.Recommendation };
        }

        var (row, vm) = Rows(request, template, source, platform);
        if (pool().Claim(row, vm, events) is { } claimed)
        {
            return claimed;
        }

        store.Write(state =>
        {
            quotas.Require(state, vm);
            state.Insert(vm);
            state.Insert(row);
        });
        return (row, vm);
    }

    private static async Task<PlatformMachine> MakeAsync(OperationScope scope, WorkspaceRow row, IVmPlatform platform, MachineSpec spec, VmRow vm, CancellationToken cancellationToken)
    {
        if (!row.FromPool)
        {
            return await platform.CreateAsync(spec, scope, scope.Events, cancellationToken).ConfigureAwait(false);
        }

        var machine = new PlatformMachine(spec, vm.PlatformData);
        await ((IResizable)platform).ReshapeAsync(machine, cancellationToken).ConfigureAwait(false);
        if (platform is INetworkPolicy network && spec.Network is { } rules)
        {
            await network.ApplyAsync(machine, rules, cancellationToken).ConfigureAwait(false);
        }

        return machine;
    }

    private async Task PinAsync(VmRow vm, IVmPlatform platform, PlatformMachine machine, CancellationToken cancellationToken)
    {
        if (await platform.GetHostKeysAsync(machine, cancellationToken).ConfigureAwait(false) is { } hostKeys)
        {
            await knownHosts.PinAsync(vm.Id, hostKeys, cancellationToken).ConfigureAwait(false);
        }
    }

    internal async Task UndoAsync(OperationScope scope, VmRow vm, CancellationToken cancellationToken)
    {
        try
        {
            scope.Record("undo");
            await machines.CloseAsync(vm.Id).ConfigureAwait(false);
            await platforms.Get(vm.Platform).RemoveAsync(vm.ToMachine(store.OwnerTag), cancellationToken).ConfigureAwait(false);
            await knownHosts.ForgetAsync(vm.Id, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.DeleteVm(vm.Id));
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent($"What was made of workspace '{vm.Name}' could not be undone ({e.Message}). Run: Remove-AgwWorkspace {vm.Name}"));
        }
    }
}
