using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class CreditGateTests
{
    [Fact]
    public async Task No_more_is_given_than_there_is()
    {
        var gate = new CreditGate(10);

        Assert.Equal(4, await gate.TakeAsync(4, CancellationToken.None));
        Assert.Equal(6, await gate.TakeAsync(100, CancellationToken.None));
        var waiting = gate.TakeAsync(100, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        gate.Add(3);
        Assert.Equal(3, await waiting);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new CreditGate(0).TakeAsync(1, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
