using Agentworks.Events;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A machine that should run and does not is started by whatever needs it.</summary>
public sealed class PowerTests
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task AMachineThatWentOffIsStartedByTheNextCommandAndByItsInitialization()
    {
        await using var home = await TestHome.CreateAsync();
        await using (var engine = AgentworksEngine.Open(TestOptions.For(home.Path)))
        {
            await engine.Vms.CreateAsync(new NewVm { Name = "off", Platform = "nspawn", DiskGiB = 2 }, Quiet, CancellationToken.None);
            await MachineFixture.PowerOffAsync(engine.Vms.List()[0]);
        }

        await using (var engine = AgentworksEngine.Open(TestOptions.For(home.Path)))
        {
            Assert.Equal("off\n", (await MachineFixture.RunAsync(engine, "hostname", null, null)).Output);
            await MachineFixture.PowerOffAsync(engine.Vms.List()[0]);
        }

        await using (var engine = AgentworksEngine.Open(TestOptions.For(home.Path)))
        {
            Assert.Equal(0, (await engine.Vms.InitializeAsync("off", Quiet, CancellationToken.None)).Failed);
            Assert.Equal("off\n", (await MachineFixture.RunAsync(engine, "hostname", null, null)).Output);
        }
    }
}
