using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Who a machine is, is known from its making; an address proves nothing.</summary>
[Collection("machine")]
public sealed class HostKeyTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task ASwappedKeyIsRefusedAndNothingIsSent()
    {
        await using var home = await TestHome.CreateAsync();
        await using (var engine = AgentworksEngine.Open(TestOptions.For(home.Path)))
        {
            await engine.Vms.CreateAsync(new NewVm { Name = "swapped", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
            await MachineFixture.RunAsync(
                engine,
                "sudo -n sh -c 'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N \"\" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh'",
                null,
                null);
        }

        // A new process, so that no connection made before the swap is left.
        await using var later = AgentworksEngine.Open(TestOptions.For(home.Path));
        var refused = await Assert.ThrowsAsync<HostKeyChangedException>(() => MachineFixture.RunAsync(later, "touch /tmp/was-sent", null, null));
        Assert.Equal(FailureKind.SecurityError, refused.Kind);
        var vm = later.Vms.List()[0];
        Assert.False(File.Exists($"/var/lib/agentworks/machines/{vm.Id}/root/tmp/was-sent"));
    }

    [MachineFact]
    public async Task AMachineMadeAgainUnderTheSameNameRaisesNoAlarm()
    {
        for (var i = 0; i < 2; i++)
        {
            await machine.Engine.Vms.CreateAsync(new NewVm { Name = "again", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
            var outcomes = machine.Engine.Commands.InvokeAsync(
                [new Commands.CommandTarget("again", null, null)], new Commands.CommandRequest { Command = "hostname" }, CancellationToken.None);
            Assert.Equal("again\n", (await Outcomes.DrainAsync(outcomes))[0].Output);
            await machine.Engine.Vms.RemoveAsync("again", cascade: true, Quiet, CancellationToken.None);
        }

        Assert.DoesNotContain("again", machine.Engine.Vms.List().Select(vm => vm.Name));
    }
}
