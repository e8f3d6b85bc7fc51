using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;

namespace Agentworks.Vms;

/// <summary>Machines: made, started, initialized, removed. What it takes to make one is in <see cref="VmMaker"/>.</summary>
public sealed class VmService(
    StateStore store, PlatformRegistry platforms, MachineConnections machines, MachinePower power, OperationRunner operations, VmMaker maker, VmCleaner cleaner, VmPlan plan, VmChecker checker,
    VmDetails details, VmNetwork network, ISecretSource secrets, ShellVariables variables)
{
    private readonly StateModel _model = new(store);

    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwVm> List()
    {
        var rows = store.Read(state => state.ListVms()).ToDictionary(row => row.Id, StringComparer.Ordinal);
        return [.. _model.Vms().Select(vm => rows.TryGetValue(vm.Id, out var row) ? vm with { ConfigChanged = plan.HasChanged(row), Address = AddressOf(row) } : vm)];
    }

    /// <summary>The same machines with their status, each as soon as it is known: a dead one delays no other.</summary>
    public IAsyncEnumerable<AgwVm> ObserveAsync(IReadOnlyList<AgwVm> vms, CancellationToken cancellationToken) =>
        FanOut.RunAsync<AgwVm, AgwVm>(
            vms,
            async (vm, output, cancel) =>
                await output.WriteAsync(vm with { Status = await ObserveAsync(vm, cancel).ConfigureAwait(false) }, cancel).ConfigureAwait(false),
            cancellationToken);

    /// <summary>The same machines with their status and what they say of themselves, one round trip each; a dead one delays no other and has nulls.</summary>
    public IAsyncEnumerable<AgwVm> DescribeAsync(IReadOnlyList<AgwVm> vms, CancellationToken cancellationToken) =>
        FanOut.RunAsync<AgwVm, AgwVm>(
            vms,
            async (vm, output, cancel) =>
                await output.WriteAsync(await details.DescribeAsync(vm, stop => ObserveAsync(vm, stop), cancel).ConfigureAwait(false), cancel).ConfigureAwait(false),
            cancellationToken);

    public Task<AgwVm> CreateAsync(NewVm request, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Vm, request.Name);
        return operations.RunAsync(
            "New-AgwVm",
            EntityKind.Vm,
            request.Name,
            events,
            async scope =>
            {
                var row = await maker.MakeAsync(scope, request, cancellationToken).ConfigureAwait(false);
                return Model(row) with { Status = VmStatus.Running };
            },
            cancellationToken);
    }

    public Task<AgwVm> StartAsync(string name, IEventSink events, CancellationToken cancellationToken) =>
        ChangePowerAsync("Start-AgwVm", name, DesiredPower.Running, events, (row, platform) => StartAsync(row, platform, events, cancellationToken), cancellationToken);

    public Task<AgwVm> StopAsync(string name, TimeSpan grace, IEventSink events, CancellationToken cancellationToken) =>
        ChangePowerAsync("Stop-AgwVm", name, DesiredPower.Stopped, events, (row, platform) => StopAsync(row, platform, grace, cancellationToken), cancellationToken);

    public Task<AgwVm> RestartAsync(string name, TimeSpan grace, IEventSink events, CancellationToken cancellationToken) =>
        ChangePowerAsync(
            "Restart-AgwVm",
            name,
            DesiredPower.Running,
            events,
            async (row, platform) =>
            {
                await StopAsync(row, platform, grace, cancellationToken).ConfigureAwait(false);
                await StartAsync(row, platform, events, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes everything true again that the configuration declares for the machine. Costs one round trip when it is.</summary>
    public Task<AgwInitialization> InitializeAsync(string name, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Initialize-AgwVm",
            EntityKind.Vm,
            name,
            events,
            async scope => await maker.InitializeAsync(
                scope, RequireEnterable(name), await secrets.FindAsync(TailscaleNetwork.KeySecret, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
            cancellationToken);

    /// <summary>Makes the machine join its network anew with a fresh key, or changes the network.</summary>
    /// <exception cref="ProvisioningFailedException">It could not join; it is reached as before.</exception>
    public async Task<AgwVm> UpdateNetworkAsync(UpdateVmNetwork request, IEventSink events, CancellationToken cancellationToken)
    {
        await network.UpdateAsync(request, events, cancellationToken).ConfigureAwait(false);
        return List().First(vm => vm.Name == request.Vm) with { Status = VmStatus.Running };
    }

    /// <summary>Compares machines with what is declared for them; changes nothing and starts none.</summary>
    public IAsyncEnumerable<BatchOutcome<IReadOnlyList<AgwStateCheck>>> CheckAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        checker.CheckAsync(names, cancellationToken);

    /// <summary>Removes the machine and, with <paramref name="cascade"/>, all that lives on it.</summary>
    /// <exception cref="HasDependentsException">Something lives on it and <paramref name="cascade"/> is false.</exception>
    public Task RemoveAsync(string name, bool cascade, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunWithAsync(
            "Remove-AgwVm",
            EntityKind.Vm,
            [name],
            store.Read(state => state.FindVm(name)) is { Dedicated: true } ? [(EntityKind.Workspace, name)] : Array.Empty<(string, string)>(),
            events,
            async scope =>
            {
                await cleaner.RemoveAsync(scope, Find(name), cascade, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>A login shell on it as its admin.</summary>
    public async Task<InteractiveCommand> GetShellAsync(string name, CancellationToken cancellationToken)
    {
        var row = Require(name);
        var exports = await variables.PrepareAsync(machines.Shell(row), row, workspace: null, agent: null, row.AdminUser, cancellationToken).ConfigureAwait(false);
        return await machines.EnterAsync(row, row.AdminUser, exports.Length == 0 ? null : exports + "exec \"$SHELL\" -l", cancellationToken).ConfigureAwait(false);
    }

    private string? AddressOf(VmRow row)
    {
        try
        {
            return machines.GetAddress(row);
        }
        catch (AgentworksException)
        {
            // A platform or network of another version.
            return null;
        }
    }

    private async Task<VmStatus> ObserveAsync(AgwVm vm, CancellationToken cancellationToken)
    {
        var row = store.Read(state => state.GetVm(vm.Id));
        if (row is null)
        {
            return VmStatus.Missing;
        }

        if (row.State is LifecycleState.Ready or LifecycleState.Partial)
        {
            try
            {
                await machines.Probe(row).EvaluateAsync("1", [], cancellationToken).ConfigureAwait(false);
                return VmStatus.Running;
            }
            catch (AgentworksException)
            {
                // Not reachable; its platform may know why.
            }
        }

        return await power.GetAsync(row, cancellationToken).ConfigureAwait(false) switch
        {
            PowerState.Running => row.State == LifecycleState.Creating ? VmStatus.Starting : VmStatus.Running,
            PowerState.Stopped => VmStatus.Stopped,
            PowerState.Missing => VmStatus.Missing,
            PowerState.Suspended => VmStatus.Suspended,
            _ => VmStatus.Unknown,
        };
    }

    private Task<AgwVm> ChangePowerAsync(
        string operation, string name, DesiredPower desired, IEventSink events, Func<VmRow, IVmPlatform, Task> change, CancellationToken cancellationToken) =>
        operations.RunAsync(
            operation,
            EntityKind.Vm,
            name,
            events,
            async scope =>
            {
                var row = Require(name);
                var platform = platforms.Get(row.Platform);
                scope.Record("power " + desired);
                if (platform.Traits.CanStart)
                {
                    // The wish first: a machine that is half-way down when this process dies must not be started by the next command.
                    store.Write(state => state.Update(state.GetVm(row.Id)! with { DesiredPower = desired }));
                }

                await change(row, platform).ConfigureAwait(false);
                return Model(row) with { Status = desired == DesiredPower.Running ? VmStatus.Running : VmStatus.Stopped };
            },
            cancellationToken);

    private Task StartAsync(VmRow row, IVmPlatform platform, IEventSink events, CancellationToken cancellationToken) =>
        platform.StartAsync(row.ToMachine(store.OwnerTag), events, cancellationToken);

    private async Task StopAsync(VmRow row, IVmPlatform platform, TimeSpan grace, CancellationToken cancellationToken)
    {
        await machines.CloseAsync(row.Id).ConfigureAwait(false);
        await platform.StopAsync(row.ToMachine(store.OwnerTag), grace, cancellationToken).ConfigureAwait(false);
    }

    private AgwVm Model(VmRow row) => List().First(vm => vm.Id == row.Id);

    private VmRow Require(string name) => store.Read(state => state.RequireVm(name));

    /// <summary>Also one whose initialization failed: that is what initializing it again is for.</summary>
    private VmRow RequireEnterable(string name) => Find(name) is { State: LifecycleState.Failed } failed ? failed : Require(name);

    private VmRow Find(string name) => store.Read(state => state.FindVm(name))
        ?? throw new NotFoundException(EntityKind.Vm, name) { Target = name, Recommendation = "Get-AgwVm lists them." };
}
