using Agentworks.Events;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>What a command writes is kept byte for byte.</summary>
[Collection("machine")]
public sealed class OutputBytesTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task BytesThatAreNoTextComeBackAsTheyWere()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "raw" }, Quiet, CancellationToken.None);
        try
        {
            var result = await machine.RunAsync("head -c 1000000 /dev/urandom > random; cat random; printf '\\377\\376\\0\\200' >&2", workspace: "raw");
            Assert.Equal([0xff, 0xfe, 0, 0x80], result.ErrorBytes.ToArray());
            Assert.Equal(
                Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(result.OutputBytes.Span)).ToLowerInvariant(),
                (await machine.RunAsync("sha256sum random", workspace: "raw")).Output.Split(' ')[0]);
        }
        finally
        {
            await machine.Engine.Workspaces.RemoveAsync("raw", cascade: true, Quiet, CancellationToken.None);
        }
    }
}
