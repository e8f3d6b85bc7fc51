using Agentworks.Dedicated;
using Agentworks.Events;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>Pools that are claimed from, by processes that stay and by one that goes.</summary>
[Collection("dedicated")]
public sealed class DedicatedPoolTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task APoolFillsAgainBehindEachClaimAndGetsOverAProcessThatEnds()
    {
        await ground.Engine.Pools.SetAsync(Pool(2), Quiet, CancellationToken.None);
        try
        {
            // The second claim comes while the place of the first is being filled.
            Assert.True((await ground.NewAsync("quick-1")).FromPool);
            Assert.True((await ground.NewAsync("quick-2")).FromPool);
            await Eventually.BecomesAsync(() => Task.FromResult(ground.Engine.Pools.List()[0].Ready == 2), "both places are filled again");

            // Whoever claims and ends at once leaves the filling to the next.
            await using (var other = AgentworksEngine.Open(TestOptions.For(ground.Home)))
            {
                Assert.True((await other.Dedicated.CreateAsync(new NewDedicatedWorkspace { Name = "quick-3", Platform = "nspawn", DiskGiB = 2, MemoryMiB = 512 }, Quiet, CancellationToken.None)).FromPool);
            }

            var pool = ground.Engine.Pools.List()[0];
            await ground.Engine.Pools.FillAsync(pool.Platform, pool.Image, Quiet, CancellationToken.None);
            pool = ground.Engine.Pools.List()[0];
            Assert.Equal((2, 0, 2), (pool.Ready, pool.Starting, ground.Engine.Vms.List().Count(vm => vm.InPool)));
            Assert.Empty(await ground.Engine.Adoption.FindAsync(CancellationToken.None));
        }
        finally
        {
            foreach (var one in ground.Engine.Workspaces.List().Where(one => one.Name.StartsWith("quick-", StringComparison.Ordinal)))
            {
                await ground.RemoveAsync(one.Name);
            }

            await ground.Engine.Pools.SetAsync(Pool(0), Quiet, CancellationToken.None);
        }

        Assert.DoesNotContain(ground.Engine.Vms.List(), vm => vm.InPool);
    }

    private static NewWorkspacePool Pool(int count) => new() { Count = count, Platform = "nspawn", DiskGiB = 2, MemoryMiB = 300 };
}
