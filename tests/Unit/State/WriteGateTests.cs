using Agentworks.State;

namespace Agentworks.Tests.Unit.State;

public sealed class WriteGateTests : IDisposable
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_wait_that_ran_out_takes_nothing_and_can_be_made_again()
    {
        using var first = Gate();
        using var second = Gate();
        using var third = Gate();
        Assert.True(first.TryEnter(Long));
        Assert.False(second.TryEnter(Brief));
        Assert.False(third.TryEnter(Brief));
        Assert.False(second.TryEnter(Brief));
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), second.Holder, StringComparison.Ordinal);

        var waiting = Task.Run(() => second.TryEnter(Long));
        first.Leave();
        Assert.True(await waiting);
        Assert.False(first.TryEnter(Brief));
        second.Leave();
        Assert.True(third.TryEnter(Long));
        third.Leave();
        Assert.True(first.TryEnter(Long));
        first.Leave();
    }

    [Fact]
    public void A_gate_that_was_given_up_while_it_waited_lets_others_in()
    {
        using var first = Gate();
        Assert.True(first.TryEnter(Long));
        var second = Gate();
        Assert.False(second.TryEnter(Brief));
        second.Dispose();
        first.Leave();

        using var third = Gate();
        Assert.True(third.TryEnter(Long));
        third.Leave();
    }

    [Fact]
    public void Only_one_is_inside()
    {
        var inside = 0;
        var most = 0;
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ =>
        {
            using var gate = Gate();
            for (var i = 0; i < 200; i++)
            {
                Assert.True(gate.TryEnter(Long));
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Interlocked.Decrement(ref inside);
                gate.Leave();
            }
        });
        Assert.Equal(1, most);
    }

    private IWriteGate Gate() => OperatingSystem.IsWindows() ? new WindowsWriteGate(folder.Home) : new UnixWriteGate(folder.Home);
}
