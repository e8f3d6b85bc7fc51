using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A terminal is handed to a machine like any other work: one that was stopped on purpose stays stopped, one that should run is started.</summary>
[Collection("machine")]
public sealed class StopIntentTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task EnteringStartsNoMachineThatWasStoppedOnPurposeAndAnyThatWasNot()
    {
        var engine = machine.Engine;
        await engine.Workspaces.CreateAsync(new NewWorkspace { Name = "parked", Vm = MachineFixture.Vm }, Quiet, CancellationToken.None);
        await engine.Agents.CreateAsync(new NewAgent { Name = "parker", Vm = MachineFixture.Vm, Workspaces = ["parked"] }, Quiet, CancellationToken.None);
        await machine.StartSessionAsync("parking", "parked", "parker", "sleep 1000");
        Func<Task<InteractiveCommand>>[] ways =
        [
            () => engine.Vms.GetShellAsync(MachineFixture.Vm, CancellationToken.None),
            () => engine.Workspaces.GetShellAsync("parked", null, CancellationToken.None),
            () => engine.Workspaces.GetShellAsync("parked", "parker", CancellationToken.None),
            () => engine.Agents.GetShellAsync("parker", null, CancellationToken.None),
            () => engine.Agents.GetShellAsync("parker", "parked", CancellationToken.None),
            () => engine.Sessions.GetAttachAsync("parking", readOnly: true, CancellationToken.None),
        ];
        try
        {
            await engine.Vms.StopAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
            foreach (var way in ways)
            {
                var refused = await Assert.ThrowsAsync<NotReadyException>(way);
                Assert.Equal($"Start-AgwVm {MachineFixture.Vm}", refused.Recommendation);
                Assert.Equal(VmStatus.Stopped, await StatusAsync());
            }

            await engine.Vms.StartAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
            foreach (var way in ways[..5])
            {
                await MachineFixture.PowerOffAsync(engine.Vms.List().Single(vm => vm.Name == MachineFixture.Vm));
                await way();
                Assert.Equal(VmStatus.Running, await StatusAsync());
            }
        }
        finally
        {
            await engine.Vms.StartAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
            await engine.Workspaces.RemoveAsync("parked", cascade: true, Quiet, CancellationToken.None);
            await engine.Agents.RemoveAsync("parker", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private async Task<VmStatus> StatusAsync()
    {
        await foreach (var vm in machine.Engine.Vms.ObserveAsync([.. machine.Engine.Vms.List().Where(vm => vm.Name == MachineFixture.Vm)], CancellationToken.None))
        {
            return vm.Status;
        }

        throw new InvalidOperationException("The machine is gone.");
    }
}
