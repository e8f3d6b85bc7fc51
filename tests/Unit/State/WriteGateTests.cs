using System.Globalization;
using Agentworks.State.Gate;

namespace Agentworks.Tests.Unit.State;

public sealed class WriteGateTests : IDisposable
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly TestFolder folder = new();

    public static TheoryData<string> Kinds => OperatingSystem.IsWindows() ? ["mutex"] : OperatingSystem.IsLinux() ? ["ticket", "pair"] : ["pair"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_wait_that_ran_out_never_works_and_can_be_made_again(string kind)
    {
        using var first = Gate(kind);
        using var second = Gate(kind);
        using var third = Gate(kind);
        using var release = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        var holding = Task.Run(() => first.TryRun(() => Hold(inside, release), Long));
        inside.Wait();

        Assert.False(second.TryRun(Never, Brief));
        Assert.False(third.TryRun(Never, Brief));
        Assert.False(second.TryRun(Never, Brief));
        if (kind != "mutex")
        {
            Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), second.Holder, StringComparison.Ordinal);
        }

        var waiting = Task.Run(() => Works(second));
        release.Set();
        Assert.True(await holding);
        Assert.True(await waiting);
        Assert.True(Works(third));
        Assert.True(Works(first));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_gate_that_was_given_up_while_it_waited_lets_others_in(string kind)
    {
        using var first = Gate(kind);
        using var release = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        var holding = Task.Run(() => first.TryRun(() => Hold(inside, release), Long));
        inside.Wait();
        var second = Gate(kind);
        Assert.False(second.TryRun(Never, Brief));
        second.Dispose();
        release.Set();
        Assert.True(await holding);

        using var third = Gate(kind);
        Assert.True(Works(third));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_the_work_throws_comes_out_and_frees_the_gate(string kind)
    {
        using var gate = Gate(kind);
        using var other = Gate(kind);
        Assert.Throws<TimeoutException>(() => gate.TryRun(() => throw new TimeoutException(), Long));
        Assert.True(Works(other));
        Assert.True(Works(gate));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Only_one_is_inside_and_all_get_in(string kind)
    {
        int inside = 0, most = 0, total = 0;
        var threads = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            using var gate = Gate(kind);
            for (var i = 0; i < 300; i++)
            {
                Assert.True(gate.TryRun(
                    () =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref inside));
                        total++;
                        Interlocked.Decrement(ref inside);
                    },
                    Long));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal((1, 1800), (most, total));
    }

    private static void Hold(ManualResetEventSlim inside, ManualResetEventSlim release)
    {
        inside.Set();
        release.Wait();
    }

    private static void Never() => Assert.Fail("It was given up, and worked all the same.");

    private static bool Works(IWriteGate gate)
    {
        var worked = false;
        return gate.TryRun(() => worked = true, Long) && worked;
    }

    private IWriteGate Gate(string kind)
    {
        var path = Path.Combine(folder.Home, "gate");
        return OperatingSystem.IsWindows() ? new WindowsWriteGate(folder.Home)
            : OperatingSystem.IsLinux() && kind == "ticket" ? new UnixWriteGate(new TicketLock(path))
            : new UnixWriteGate(new PairLock(path));
    }
}
