using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>What is recorded of a workspace's network is what is in force, whoever dies when.</summary>
[Collection("dedicated")]
public sealed class DedicatedNetworkTests(DedicatedFixture ground)
{
    private const string Left = "203.0.113.10";
    private const string Both = "203.0.113.30";
    private const string Right = "203.0.113.50";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task KilledAnywhereAChangeLeavesNothingOpenThatIsNotRecordedAndConverges()
    {
        await ground.NewAsync("rules");
        (string From, string To)[] changes = [($"{Left},{Both}", $"{Both},{Right}"), ("open", "closed"), ("closed", "open")];
        foreach (var (from, to) in changes)
        {
            for (var (step, died) = (1, true); died; step++)
            {
                // At the step, and somewhere in what follows it.
                foreach (var later in new[] { string.Empty, "+40" })
                {
                    await SetAsync(from);
                    var dead = await KilledMaker.DiesAsync(ground.Home, step + later, "network", "rules", to);
                    died = later.Length == 0 ? dead : died;
                    await NothingIsOpenThatIsNotRecordedAsync($"{from} to {to}, killed at {step}{later}");
                    Assert.True((await SetAsync(to)).Enforced);
                    Assert.Equal(to, await InForceAsync());
                }
            }
        }

        // As it was left, it is after the next start.
        await SetAsync(Left);
        await ground.Engine.Dedicated.StopAsync("rules", TimeSpan.Zero, Quiet, CancellationToken.None);
        Assert.False((await GetAsync("rules")).Enforced);
        await ground.Engine.Dedicated.StartAsync("rules", Quiet, CancellationToken.None);
        Assert.True((await GetAsync("rules")).Enforced);
        Assert.Equal(Left, await InForceAsync());
        await ground.RemoveAsync("rules");
    }

    [MachineFact]
    public async Task WhatDiesOfAGatewayIsSeenAndLeavesNoWayOut()
    {
        await ground.NewAsync("helpers");
        await ground.Engine.NetworkPolicies.SetAsync(new SetNetworkPolicy { Workspace = "helpers", AllowInternet = true, AllowedHosts = ["a.example"] }, Quiet, CancellationToken.None);
        var paths = PathsOf("helpers");
        Assert.True((await GetAsync("helpers")).Enforced);
        foreach (var identity in new[] { paths.ResolverRun, paths.NetworkRun })
        {
            HostProcess.Read(identity)!.Signal(HostProcess.Kill);
            await Eventually.BecomesAsync(async () => !(await GetAsync("helpers")).Enforced, "a dead helper is seen");
            Assert.Equal(0, (await ground.RunAsync("helpers", "true")).ExitCode);
            if (identity == paths.NetworkRun)
            {
                await Eventually.BecomesAsync(async () => !(await GatewayAsync(paths, "ip -o link")).Contains(GatewayRules.Uplink, StringComparison.Ordinal), "the way out goes with what carries it");
            }

            Assert.True((await ground.Engine.NetworkPolicies.SetAsync(new SetNetworkPolicy { Workspace = "helpers" }, Quiet, CancellationToken.None)).Enforced);
        }

        // The rules by other hands, and all of the gateway.
        await GatewayAsync(paths, "nft add rule inet agentworks forward accept");
        Assert.False((await GetAsync("helpers")).Enforced);
        Assert.True((await ground.Engine.NetworkPolicies.SetAsync(new SetNetworkPolicy { Workspace = "helpers" }, Quiet, CancellationToken.None)).Enforced);
        await GatewayAsync(paths, "ip link delete vm0");
        Assert.False((await GetAsync("helpers")).Enforced);
        await Assert.ThrowsAnyAsync<AgentworksException>(() => ground.Engine.NetworkPolicies.SetAsync(new SetNetworkPolicy { Workspace = "helpers" }, Quiet, CancellationToken.None));
        await ground.Engine.Dedicated.StopAsync("helpers", TimeSpan.Zero, Quiet, CancellationToken.None);
        await ground.Engine.Dedicated.StartAsync("helpers", Quiet, CancellationToken.None);
        Assert.True((await GetAsync("helpers")).Enforced);
        await ground.RemoveAsync("helpers");
    }

    [MachineFact]
    public async Task ForksAndMachinesOfAPoolHaveTheRulesThatAreRecordedOfThem()
    {
        await ground.NewAsync("origin");
        await ground.Engine.NetworkPolicies.SetAsync(new SetNetworkPolicy { Workspace = "origin", AllowInternet = true, AllowedHosts = [Left] }, Quiet, CancellationToken.None);
        await ground.Engine.Forks.ForkAsync(new ForkWorkspace("origin", ["like-it"]), Quiet, CancellationToken.None);
        await ground.Engine.Forks.ForkAsync(new ForkWorkspace("origin", ["opened"], AllowInternet: true), Quiet, CancellationToken.None);
        await ground.Engine.Pools.SetAsync(new NewWorkspacePool { Count = 2, Platform = "nspawn", DiskGiB = 2, MemoryMiB = 512 }, Quiet, CancellationToken.None);
        foreach (var waiting in ground.Engine.Vms.List().Where(vm => vm.InPool))
        {
            Assert.True(NetworkRules.Closed.IsSameAs(await ReadAsync(waiting.Id)));
        }

        Assert.True((await ground.NewAsync("claimed-closed")).FromPool);
        Assert.True((await ground.NewAsync("claimed-open", request => request with { AllowInternet = true })).FromPool);
        (string Name, NetworkRules Rules)[] expected =
        [
            ("like-it", new NetworkRules { AllowInternet = true, AllowedHosts = [Left] }), ("opened", new NetworkRules { AllowInternet = true }),
            ("claimed-closed", NetworkRules.Closed), ("claimed-open", new NetworkRules { AllowInternet = true }),
        ];
        foreach (var (name, rules) in expected)
        {
            var told = await GetAsync(name);
            Assert.Equal((true, rules.AllowInternet, string.Join(',', rules.AllowedHosts)), (told.Enforced, told.AllowInternet, string.Join(',', told.AllowedHosts)));
            Assert.True(rules.IsSameAs(await ReadAsync(PathsOf(name).Id)), name);
            Assert.Equal(rules.AllowedHosts.Count > 0, (await GatewayAsync(PathsOf(name), "nft list ruleset")).Contains(Left, StringComparison.Ordinal));
            await ground.RemoveAsync(name);
        }

        await ground.Engine.Pools.SetAsync(new NewWorkspacePool { Count = 0, Platform = "nspawn" }, Quiet, CancellationToken.None);
        await ground.RemoveAsync("origin");
    }

    private async Task NothingIsOpenThatIsNotRecordedAsync(string what)
    {
        var (recorded, open) = (await GetAsync("rules"), await InForceAsync());
        var allowed = !recorded.AllowInternet ? "closed" : recorded.AllowedHosts.Count == 0 ? "open" : string.Join(',', recorded.AllowedHosts);
        var rest = open == "closed" || allowed == "open" ? [] : open.Split(',').Except(allowed.Split(','), StringComparer.Ordinal).ToArray();
        Assert.True(rest.Length == 0, $"{what}: {open} is open, recorded is {allowed}.");
        Assert.True(!recorded.Enforced || open == allowed, $"{what}: {open} is open, said to be in force is {allowed}.");
    }

    /// <summary>What the kernel lets pass: "closed", "open", or the hosts.</summary>
    private async Task<string> InForceAsync()
    {
        var rules = await GatewayAsync(PathsOf("rules"), "nft list chain inet agentworks forward; nft list chain inet agentworks outbound");
        string[] hosts = [.. new[] { Left, Both, Right }.Where(host => rules.Contains(host, StringComparison.Ordinal))];
        return !rules.Contains("jump outbound", StringComparison.Ordinal) ? "closed" : hosts.Length > 0 ? string.Join(',', hosts) : "open";
    }

    private Task<AgwNetworkPolicy> SetAsync(string wanted) => ground.Engine.NetworkPolicies.SetAsync(
        new SetNetworkPolicy { Workspace = "rules", AllowInternet = wanted != "closed", AllowedHosts = wanted is "closed" or "open" ? [] : wanted.Split(',') }, Quiet, CancellationToken.None);

    private Task<AgwNetworkPolicy> GetAsync(string name) => ground.Engine.NetworkPolicies.GetAsync(name, CancellationToken.None);

    private NspawnPaths PathsOf(string name) => new NspawnLayout(NspawnLayout.DefaultRoot).For(ground.Engine.Vms.List().First(vm => vm.Name == name).Id);

    private Task<NetworkRules?> ReadAsync(string id)
    {
        var spec = new MachineSpec { Id = id, Name = id, HostName = id, OwnerTag = string.Empty, Dedicated = true, WorkspacesPath = "/workspace" };
        return ((INetworkPolicy)ground.Engine.Platforms.Get("nspawn")).ReadAsync(new PlatformMachine(spec, "{}"), CancellationToken.None);
    }

    private static async Task<string> GatewayAsync(NspawnPaths paths, string command)
    {
        var result = await new ProcessRunner().RunAsync("nsenter", ["--net=" + paths.Gateway, "sh", "-ec", command], new ProcessOptions(), CancellationToken.None);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{command}: {result.Error}");
    }
}
