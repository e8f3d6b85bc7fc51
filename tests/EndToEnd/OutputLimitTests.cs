using Agentworks.Commands;
using Agentworks.Events;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>However much commands and jobs write, this process stays small, and says what it has not kept.</summary>
[Collection("alone")]
public sealed class OutputLimitTests(MachineFixture machine) : IAsyncLifetime
{
    private const long Allowed = 100 << 20;
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "much" }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.RemoveAsync("much", cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task AGibibyteOfACommandsOutput()
    {
        AgwCommandResult? result = null;
        var growth = await HeldMemory.GrowthAsync(async () => result = await RunAsync("head -c 1073741824 /dev/zero"));
        Assert.Equal((1L << 30, 16 << 20, true), (result!.OutputLength, result.OutputBytes.Length, result.Truncated));
        Assert.InRange(growth, 0, Allowed);
    }

    [MachineFact]
    public async Task ALineOfAHundredMegabytes()
    {
        const string line = "head -c 100000000 /dev/zero | tr '\\0' x";
        AgwCommandResult? result = null;
        var growth = await HeldMemory.GrowthAsync(async () => result = await RunAsync(line));
        Assert.Equal((100_000_000, true), (result!.OutputLength, result.Truncated));
        Assert.InRange(growth, 0, Allowed);

        var job = await StartAsync(line);
        long given = 0, dropped = 0;
        growth = await HeldMemory.GrowthAsync(async () =>
        {
            await foreach (var outcome in machine.Engine.Jobs.ReadAsync([job], new ReadJob { Follow = true }, CancellationToken.None))
            {
                Assert.InRange(outcome.Value!.Text.Length, 0, 1 << 18);
                given += outcome.Value.Text.Length;
                dropped += outcome.Value.Dropped;
            }
        });
        Assert.Equal(100_000_000, given + dropped);
        Assert.InRange(growth, 0, Allowed);
    }

    [MachineFact]
    public async Task AGibibyteOfAJobsOutput()
    {
        var job = await StartAsync("head -c 1073741824 /dev/zero");
        AgwJobOutput? output = null;
        var growth = await HeldMemory.GrowthAsync(async () => output = (await Outcomes.DrainAsync(machine.Engine.Jobs.ReadBytesAsync([job], new ReadJob { Follow = true }, CancellationToken.None))).Single());
        Assert.Equal(1L << 30, output!.OutputBytes.Length + output.DroppedOutputLength);
        Assert.InRange(growth, 0, Allowed);
    }

    private async Task<AgwJob> StartAsync(string command) =>
        (await Outcomes.DrainAsync(machine.Engine.Jobs.StartAsync([new NewJob { Workspace = "much", Command = command }], Quiet, CancellationToken.None))).Single();

    private async Task<AgwCommandResult> RunAsync(string command) =>
        (await Outcomes.DrainAsync(machine.Engine.Commands.InvokeAsync([new CommandTarget(null, "much", null)], new CommandRequest { Command = command, Timeout = TimeSpan.FromMinutes(5) }, CancellationToken.None))).Single();
}
