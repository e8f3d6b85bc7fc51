using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Vms;

namespace Agentworks.Dedicated;

/// <summary>
/// Machines that have booted and wait for a workspace, closed to every network. After one is claimed another is made in the background of this
/// process; what that does not come to, because the process ends, the next one or <see cref="FillAsync"/> does.
/// </summary>
public sealed class PoolService(StateStore store, PlatformRegistry platforms, OperationRunner operations, DedicatedMaker maker, VmCleaner cleaner, TimeProvider clock) : IAsyncDisposable
{
    public const string NamePrefix = "pool-";
    private const string Kind = "pool";
    private const int Parallel = 4;
    private readonly CancellationTokenSource _end = new();
    private readonly object _gate = new();
    private Task _refill = Task.CompletedTask;
    private bool _wanted;
    private bool _filling;

    public IReadOnlyList<AgwWorkspacePool> List() => store.Read(state =>
    {
        var members = state.ListPoolMembers().ToLookup(member => member.PoolId, StringComparer.Ordinal);
        return (IReadOnlyList<AgwWorkspacePool>)[.. state.ListPools().Select(row => new AgwWorkspacePool
        {
            Image = row.Image,
            Platform = row.Platform,
            Count = row.Count,
            Ready = members[row.Id].Count(member => member.Ready),
            Starting = members[row.Id].Count(member => !member.Ready),
            Cpus = row.Cpus,
            MemoryMiB = row.MemoryMiB,
            DiskGiB = row.DiskGiB,
            Created = row.Created,
        })];
    });

    /// <summary>Says how many are to be ready, and makes or removes machines until so many are.</summary>
    public async Task<AgwWorkspacePool?> SetAsync(NewWorkspacePool request, IEventSink events, CancellationToken cancellationToken)
    {
        var platform = maker.Choose(request.Platform);
        if (platform is not IImageStore images)
        {
            throw new NotSupportedByPlatformException($"The platform {platform.Name} keeps no images, so no machines can be kept ready.") { Target = platform.Name };
        }

        if (platform is not IResizable)
        {
            throw new NotSupportedByPlatformException($"The platform {platform.Name} cannot give a machine that runs another size, so none can be kept ready.") { Target = platform.Name };
        }

        var image = request.Image ?? images.DefaultImage;
        if (request.Count > 0 && image != images.DefaultImage && (await images.ListImagesAsync(cancellationToken).ConfigureAwait(false)).All(one => one.Name != image))
        {
            throw new NotFoundException("image", image) { Target = image, Recommendation = "Get-AgwImage lists them; New-AgwImage makes one." };
        }

        store.Write(state => state.Put(new PoolRow
        {
            Id = state.FindPool(platform.Name, image)?.Id ?? Identifier.New(),
            Platform = platform.Name,
            Image = image,
            Count = request.Count,
            Cpus = request.Cpus ?? DedicatedDefaults.Cpus,
            MemoryMiB = request.MemoryMiB ?? DedicatedDefaults.MemoryMiB,
            DiskGiB = request.DiskGiB ?? DedicatedDefaults.DiskGiB,
        }));
        await FillAsync(platform.Name, image, events, cancellationToken).ConfigureAwait(false);
        return List().FirstOrDefault(pool => pool.Platform == platform.Name && pool.Image == image);
    }

    /// <summary>Makes the machines that a pool lacks and removes those that it has too many, and those that were left half made.</summary>
    public Task FillAsync(string platform, string image, IEventSink events, CancellationToken cancellationToken) => operations.RunAsync(
        "Update-AgwWorkspacePool",
        Kind,
        $"{platform}.{image}",
        events,
        async scope =>
        {
            var (pool, members) = store.Read(state => state.FindPool(platform, image) is { } row ? (row, state.ListPoolMembers(row.Id)) : (null, []));
            if (pool is null)
            {
                return;
            }

            // Whoever makes members holds the pool's lock, so what is not ready was left by one that died. And the pool may have had another size.
            var ready = members.Where(member => member.Ready && store.Read(state => state.GetVm(member.VmId)) is { } vm && CanBecome(vm, pool.Cpus, pool.MemoryMiB, pool.DiskGiB)).ToArray();
            foreach (var member in members.Except(ready).Concat(ready.Skip(pool.Count)))
            {
                await RemoveAsync(scope, member, cancellationToken).ConfigureAwait(false);
            }

            await MakeAsync(scope, pool, pool.Count - ready.Length, cancellationToken).ConfigureAwait(false);
            if (pool.Count == 0)
            {
                store.Write(state => state.DeletePool(pool.Id));
            }
        },
        cancellationToken);

    /// <summary>
    /// Gives a waiting machine to a workspace, in one transaction: nobody else gets it, and from then on it is the workspace's, whatever becomes of
    /// this process. Null when there is none that can be what is wanted.
    /// </summary>
    /// <param name="row">The workspace to be; without its machine.</param>
    /// <param name="vm">The machine as it is wanted.</param>
    /// <param name="events">Hears why those that wait are left waiting.</param>
    internal (WorkspaceRow Row, VmRow Vm)? Claim(WorkspaceRow row, VmRow vm, IEventSink events)
    {
        var image = vm.Image ?? (platforms.Get(vm.Platform) as IImageStore)?.DefaultImage;
        if (image is null || store.Read(state => state.FindPool(vm.Platform, image)) is not { } pool)
        {
            return null;
        }

        var waiting = 0;
        var claim = store.Write<(WorkspaceRow, VmRow)?>(state =>
        {
            var ready = state.ListPoolMembers(pool.Id).Where(one => one.Ready).Select(one => state.GetVm(one.VmId)!).ToArray();
            waiting = ready.Length;
            if (Array.Find(ready, one => CanBecome(one, vm.Cpus, vm.MemoryMiB, vm.DiskGiB)) is not { } old)
            {
                return null;
            }

            var claimed = vm with { Id = old.Id, Image = image, PlatformData = old.PlatformData, Created = old.Created };
            var workspace = row with { VmId = old.Id, FromPool = true };
            maker.RequireQuota(state, claimed);
            state.DeletePoolMember(old.Id);
            state.Update(claimed);
            state.Insert(workspace);
            return (workspace, claimed);
        });
        if (claim is null && waiting > 0)
        {
            events.Report(new DetailEvent($"No machine of the pool of {image} can be given the size of '{row.Name}'; a new one is made."));
        }

        return claim;
    }

    private bool CanBecome(VmRow vm, int? cpus, int? memoryMiB, int? diskGiB)
    {
        var spec = vm.ToMachine(store.OwnerTag).Spec;
        return platforms.Get(vm.Platform) is IResizable platform && platform.CanReshape(spec, spec with { Cpus = cpus, MemoryMiB = memoryMiB, DiskGiB = diskGiB });
    }

    /// <summary>Begins to fill all pools in the background. Where that is under way, it looks again at its end.</summary>
    public void FillSoon()
    {
        lock (_gate)
        {
            _wanted = true;
            if (!_filling && !_end.IsCancellationRequested)
            {
                _filling = true;
                _refill = Task.Run(FillAllAsync);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _refill.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task FillAllAsync()
    {
        while (IsWanted())
        {
            foreach (var pool in List().Where(pool => pool.Ready < pool.Count))
            {
                try
                {
                    await FillAsync(pool.Platform, pool.Image, NullEventSink.Instance, _end.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is AgentworksException or OperationCanceledException)
                {
                    // The pool says that it is not full; whoever fills it next hears why.
                }
            }
        }
    }

    private bool IsWanted()
    {
        lock (_gate)
        {
            _filling = _wanted && !_end.IsCancellationRequested;
            _wanted = false;
            return _filling;
        }
    }

    private async Task MakeAsync(OperationScope scope, PoolRow pool, int count, CancellationToken cancellationToken)
    {
        if (count <= 0)
        {
            return;
        }

        using var places = new SemaphoreSlim(Parallel);
        var done = 0;
        var activity = $"Pool of {pool.Image}";
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
            {
                await places.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    await MakeOneAsync(scope, pool, cancellationToken).ConfigureAwait(false);
                    scope.Events.Report(new ProgressEvent(activity, $"{Interlocked.Increment(ref done)} of {count}", done * 100 / count));
                }
                finally
                {
                    places.Release();
                }
            })).ConfigureAwait(false);
        }
        finally
        {
            scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }
    }

    private async Task MakeOneAsync(OperationScope scope, PoolRow pool, CancellationToken cancellationToken)
    {
        var name = NamePrefix + Identifier.New()[..12];
        var request = new NewDedicatedWorkspace { Name = name, Platform = pool.Platform, Image = pool.Image, Cpus = pool.Cpus, MemoryMiB = pool.MemoryMiB, DiskGiB = pool.DiskGiB };
        var (row, vm) = maker.Rows(request, string.Empty, source: null, platforms.Get(pool.Platform));
        var one = scope.Within(name);
        one.Record("machine " + vm.Id);
        store.Write(state =>
        {
            state.Insert(vm);
            state.Put(new PoolMemberRow(vm.Id, pool.Id, Ready: false));
        });
        await maker.BootAsync(one, row, vm, (platform, spec) => platform.CreateAsync(spec, one, one.Events, cancellationToken), clock.GetTimestamp(), cancellationToken).ConfigureAwait(false);
        one.Record("ready");
        store.Write(state =>
        {
            state.Update(state.GetVm(vm.Id)! with { State = LifecycleState.Ready });
            state.Put(new PoolMemberRow(vm.Id, pool.Id, Ready: true));
        });
    }

    private async Task RemoveAsync(OperationScope scope, PoolMemberRow member, CancellationToken cancellationToken)
    {
        // Not one that is claimed in this moment: first it is nobody's to claim.
        var vm = store.Write(state =>
        {
            if (state.ListPoolMembers(member.PoolId).All(one => one.VmId != member.VmId))
            {
                return null;
            }

            state.Put(member with { Ready = false });
            return state.GetVm(member.VmId);
        });
        if (vm is not null)
        {
            await cleaner.RemoveAsync(scope.Within(vm.Name), vm, cascade: true, cancellationToken).ConfigureAwait(false);
        }
    }
}
