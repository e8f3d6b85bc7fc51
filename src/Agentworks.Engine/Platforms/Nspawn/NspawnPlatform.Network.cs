using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What dedicated machines reach, and what machines and their helpers wrote.</summary>
public sealed partial class NspawnPlatform : INetworkPolicy, IMachineLogs
{
    /// <summary>The way out of gateways; a test puts a network of its own there.</summary>
    internal IGatewayUplink Uplink { get; init; }

    public async Task ApplyAsync(PlatformMachine machine, NetworkRules rules, CancellationToken cancellationToken)
    {
        Require(NspawnReadiness.CheckPrivileges(), machine.Spec);
        var paths = layout.For(machine.Spec.Id);
        if (!IsRunning(paths))
        {
            return;
        }

        if (!MountTable.IsMounted(paths.Gateway))
        {
            throw new PlatformException($"Machine '{machine.Spec.Name}' has no gateway: it was started before it had rules.")
            {
                Target = machine.Spec.Name,
                Recommendation = "Stop and start it.",
            };
        }

        var fence = await OperationFence.BeginAsync(paths.Lock, clock, cancellationToken).ConfigureAwait(false);
        await new MachineGateway(paths, new HostCommands(processes, fence), Uplink, clock).ApplyAsync(rules.Normalize(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<NetworkRules?> ReadAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var paths = layout.For(machine.Spec.Id);
        return NspawnReadiness.CheckPrivileges().Ready && IsRunning(paths)
            ? await new MachineGateway(paths, new HostCommands(processes), Uplink, clock).ReadAsync(cancellationToken).ConfigureAwait(false)
            : null;
    }

    public IReadOnlyList<string> FilesOf(PlatformMachine machine, MachineLogKind kind)
    {
        var paths = layout.For(machine.Spec.Id);
        string[] files = kind switch
        {
            // nspawn speaks on the console of its machine.
            MachineLogKind.Console or MachineLogKind.Hypervisor => [paths.FormerConsole, paths.Console],
            MachineLogKind.Network => [paths.NetworkLog, paths.ResolverLog],
            _ => [],
        };
        return [.. files.Where(File.Exists)];
    }

    private static bool IsRunning(NspawnPaths paths) => HostProcess.ReadAlive(paths.Run) is not null;
}
