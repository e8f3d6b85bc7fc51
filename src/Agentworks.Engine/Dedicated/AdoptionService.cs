using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Workspaces;

namespace Agentworks.Dedicated;

/// <summary>Machines that carry our mark and have no record, or one that was left half made: found, and taken back.</summary>
public sealed class AdoptionService(StateStore store, ConfigService config, PlatformRegistry platforms, DedicatedMaker maker, WorkspaceService workspaces, TimeProvider clock)
{
    /// <summary>As workspaces: what their platforms remember of them. Platforms that do not work here are left out.</summary>
    public async Task<IReadOnlyList<AgwWorkspace>> FindAsync(CancellationToken cancellationToken) =>
        [.. (await LookAsync(store.OwnerTag, cancellationToken).ConfigureAwait(false)).Where(found => found.Row is null).Select(found => new AgwWorkspace
        {
            Name = found.Machine.Machine.Spec.Name,
            Id = found.Machine.Machine.Spec.Id,
            Vm = found.Machine.Machine.Spec.Name,
            Isolation = WorkspaceIsolation.Dedicated,
            State = found.Machine.Whole ? LifecycleState.Ready : LifecycleState.Creating,
            Path = PreparedMachine.Path,
            Group = PreparedMachine.User,
            Template = string.Empty,
            Platform = found.Platform.Name,
            Image = found.Machine.Machine.Spec.Image,
            Cpus = found.Machine.Machine.Spec.Cpus,
            MemoryMiB = found.Machine.Machine.Spec.MemoryMiB,
            DiskGiB = found.Machine.Machine.Spec.DiskGiB,
            Boundary = found.Platform.Traits.Boundary,
            Orphaned = true,
            Created = found.Machine.Created,
        })];

    /// <summary>Names of all that can be taken back: without a record, or with one of a maker that died although the machine is whole.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        [.. (await LookAsync(store.OwnerTag, cancellationToken).ConfigureAwait(false)).Where(found => found.Row is null || (found.Machine.Whole && found.Row.State == LifecycleState.Creating))
            .Select(found => found.Row?.Name ?? found.Machine.Machine.Spec.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Records the machine and its workspace again, and starts it unless it was stopped. One that is only half made is recorded so, to be removed.</summary>
    /// <param name="name">The workspace.</param>
    /// <param name="force">Also one that was made with other records.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="NotFoundException">No platform has a machine of that name that wants adopting.</exception>
    /// <exception cref="ForeignMachineException">It was made with other records, and <paramref name="force"/> is false.</exception>
    public Task<AgwWorkspace> RegisterAsync(string name, bool force, IEventSink events, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        return maker.RunAsync(
            "Register-AgwWorkspace",
            name,
            events,
            async scope =>
            {
                var known = store.Read(state => state.FindWorkspace(name));
                var found = (await LookAsync(store.OwnerTag, cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Row is { } row ? row.Name == name : one.Machine.Machine.Spec.Name == name);
                if (found.Machine is null && known is null && await FindForeignAsync(name, force, cancellationToken).ConfigureAwait(false) is { } foreign)
                {
                    scope.Record("owner of the machine");
                    await ((IMachineLister)foreign.Platform).TakeOverAsync(foreign.Machine.Machine, store.OwnerTag, cancellationToken).ConfigureAwait(false);
                    found = foreign;
                }

                if (found.Machine is null || (found.Row is { State: not LifecycleState.Creating }))
                {
                    throw known is not null
                        ? new AlreadyExistsException(EntityKind.Workspace, name) { Target = name, Recommendation = "It is recorded, and whole as far as is known: Get-AgwWorkspace " + name }
                        : new NotFoundException(EntityKind.Workspace, name) { Target = name, Recommendation = "Get-AgwWorkspace -Orphaned lists those that can be registered." };
                }

                var (vm, row) = Record(found.Platform, found.Machine, found.Row, known);
                if (!found.Machine.Whole)
                {
                    scope.Events.Report(new WarningEvent($"The machine of workspace '{name}' was never made to the end. Remove it: Remove-AgwWorkspace {name}"));
                    return workspaces.List().First(one => one.Id == row.Id);
                }

                await maker.ReviveAsync(scope, row, vm, found.Machine.Machine, began, cancellationToken).ConfigureAwait(false);
                return workspaces.List().First(one => one.Id == row.Id);
            },
            cancellationToken);
    }

    /// <summary>Null when no machine is called so.</summary>
    private async Task<(IVmPlatform Platform, FoundMachine Machine, VmRow? Row)?> FindForeignAsync(string name, bool force, CancellationToken cancellationToken)
    {
        var all = (await LookAsync(null, cancellationToken).ConfigureAwait(false)).Where(one => one.Machine.Machine.Spec.Name == name).ToArray();
        return all.Length switch
        {
            0 => null,
            1 when force => all[0],
            1 => throw new ForeignMachineException($"A machine '{name}' is here, but it was made with other records than those of this folder, which may still be in use.")
            {
                Target = name,
                Recommendation = $"Set AGENTWORKS_HOME to the folder that it was made with. If that is lost for good: Register-AgwWorkspace {name} -Force",
            },
            _ => throw new ForeignMachineException($"{all.Length} machines '{name}' are here, all made with other records than those of this folder.")
            {
                Target = name,
                Recommendation = "Set AGENTWORKS_HOME to the folder of one of them.",
            },
        };
    }

    private (VmRow Vm, WorkspaceRow Row) Record(IVmPlatform platform, FoundMachine found, VmRow? vm, WorkspaceRow? row)
    {
        if (vm is not null && row is not null)
        {
            return (vm, row);
        }

        if (row is not null)
        {
            throw new AlreadyExistsException(EntityKind.Workspace, row.Name) { Target = row.Name, Recommendation = "Another workspace has taken the name meanwhile: remove that first, or leave the machine." };
        }

        var spec = found.Machine.Spec;
        var request = new NewDedicatedWorkspace { Name = spec.Name, Image = spec.Image, Cpus = spec.Cpus, MemoryMiB = spec.MemoryMiB, DiskGiB = spec.DiskGiB };
        var (newRow, newVm) = maker.Rows(request, config.Load().ResolveWorkspaceTemplate(null).Name, source: null, platform);

        // What it was allowed to reach nobody knows: nothing, then.
        newVm = (vm ?? newVm) with { Id = spec.Id, HostName = spec.HostName, PlatformData = found.Machine.Data, NetworkRulesJson = JsonSerializer.Serialize(NetworkRules.Closed), Created = found.Created };
        newRow = newRow with { VmId = newVm.Id };
        store.Write(state =>
        {
            if (vm is null)
            {
                state.Insert(newVm);
            }

            state.Insert(newRow);
        });
        return (newVm, newRow);
    }

    private async Task<IReadOnlyList<(IVmPlatform Platform, FoundMachine Machine, VmRow? Row)>> LookAsync(string? ownerTag, CancellationToken cancellationToken)
    {
        var all = new List<(IVmPlatform, FoundMachine, VmRow?)>();
        foreach (var platform in platforms.All)
        {
            if (platform is IMachineLister lister && (await platform.CheckAsync(cancellationToken).ConfigureAwait(false)).Ready)
            {
                var found = await lister.ListAsync(ownerTag, cancellationToken).ConfigureAwait(false);
                all.AddRange(store.Read(state => found.Where(one => one.Machine.Spec.Dedicated).Select(one => (platform, one, state.GetVm(one.Machine.Spec.Id))).ToArray()));
            }
        }

        return all;
    }
}
