using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>However much passes through, this process stays small.</summary>
[Collection("alone")]
public sealed class DataMemoryTests
{
    [Fact]
    public async Task A_gibibyte_streams_through_without_gathering_in_memory()
    {
        const long Size = 1L << 30;
        await using var machine = new TestMachine();
        var shell = machine.Direct();
        long got = 0;
        RemoteResult? result = null;
        await shell.RunAsync(new RemoteCommand { Script = "true" }, CancellationToken.None);

        var growth = await HeldMemory.GrowthAsync(async () => result = await shell.RunAsync(
            new RemoteCommand { Script = "head -c 1073741824 /dev/zero" },
            chunk =>
            {
                got += chunk.Data.Length;
                return ValueTask.CompletedTask;
            },
            CancellationToken.None));

        Assert.Equal((Size, Size), (got, result!.OutputLength));
        Assert.InRange(growth, 0, 100L << 20);
    }
}
