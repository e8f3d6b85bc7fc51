using Agentworks.Errors;
using Agentworks.Network;
using Agentworks.Ports;

namespace Agentworks.Tests.Unit.Network;

/// <summary>What the operator's own Tailscale says, and what the operator is told.</summary>
public sealed class TailscaleCheckTests
{
    [Fact]
    public Task A_running_one_will_do() => CheckAsync(new Local("""{"BackendState": "Running"}"""));

    [Fact]
    public async Task Each_reason_that_it_cannot_be_used_is_its_own_error()
    {
        await Assert.ThrowsAsync<PrerequisiteMissingException>(() => CheckAsync(new Local(null)));
        await Assert.ThrowsAsync<OperationTimedOutException>(() => CheckAsync(new Local("late")));
        AgentworksException[] others =
        [
            await Assert.ThrowsAsync<NetworkUnavailableException>(() => CheckAsync(new Local("", "failed to connect to local tailscaled\u001b[2J", 1))),
            await Assert.ThrowsAsync<NetworkUnavailableException>(() => CheckAsync(new Local("""{"BackendState": "NeedsLogin"}"""))),
            await Assert.ThrowsAsync<NetworkUnavailableException>(() => CheckAsync(new Local("""{"BackendState": "NeedsMachineAuth"}"""))),
            await Assert.ThrowsAsync<NetworkUnavailableException>(() => CheckAsync(new Local("""{"BackendState": "Stopped"}"""))),
            await Assert.ThrowsAsync<NetworkUnavailableException>(() => CheckAsync(new Local("""{"BackendState": "Starting"}"""))),
        ];
        Assert.Equal(others.Length, others.Select(error => error.Message).Distinct(StringComparer.Ordinal).Count());
        Assert.All(others, error => Assert.NotNull(error.Recommendation));
        Assert.DoesNotContain('\u001b', others[0].Message);
    }

    private static Task CheckAsync(IProcessRunner processes) => new TailscaleNetwork(processes).CheckAsync(CancellationToken.None);

    private sealed class Local(string? output, string error = "", int code = 0) : IProcessRunner
    {
        public Task<ProcessResult> RunAsync(string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken)
        {
            Assert.NotNull(options?.Timeout);
            return output == "late" ? throw new OperationTimedOutException("late") : Task.FromResult(new ProcessResult(code, output!, error));
        }

        public string? Find(string program) => output is null ? null : "/usr/bin/" + program;
    }
}
