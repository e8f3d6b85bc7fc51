using System.Runtime.Versioning;
using Agentworks.State.Gate;

namespace Agentworks.Tests.Unit.State;

[SupportedOSPlatform("linux")]
public sealed class TicketLockTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public void Tickets_are_served_in_the_order_in_which_they_were_drawn()
    {
        var locks = Enumerable.Range(0, 5).Select(_ => new TicketLock(Path.Combine(folder.Home, "gate"))).ToList();
        Assert.True(locks[0].Join());
        Assert.All(locks[1..], one => Assert.False(one.Join()));
        List<int> order = [];
        var threads = Enumerable.Range(1, 4).Reverse().Select(i => new Thread(() =>
        {
            locks[i].Wait();
            order.Add(i);
            locks[i].Leave();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        locks[0].Leave();
        Assert.False(locks[0].Join() && order.Count < 4);
        threads.ForEach(thread => thread.Join());

        Assert.Equal([1, 2, 3, 4], order);
        locks.ForEach(one => one.Dispose());
    }

    [LinuxFact]
    public void One_that_dies_in_the_queue_lets_nobody_in_early()
    {
        using var first = new TicketLock(Path.Combine(folder.Home, "gate"));
        var dying = new TicketLock(Path.Combine(folder.Home, "gate"));
        using var last = new TicketLock(Path.Combine(folder.Home, "gate"));
        Assert.True(first.Join());
        Assert.False(dying.Join());
        dying.Dispose();

        Assert.False(last.Join());
        first.Leave();
        last.Wait();
        last.Leave();
    }

    [LinuxFact]
    public void A_damaged_counter_does_no_harm()
    {
        File.WriteAllBytes(Path.Combine(folder.Home, "gate"), [.. Enumerable.Repeat((byte)0xff, 11)]);
        using var first = new TicketLock(Path.Combine(folder.Home, "gate"));
        using var second = new TicketLock(Path.Combine(folder.Home, "gate"));
        Assert.True(first.Join());
        Assert.False(second.Join());
        first.Leave();
        second.Wait();
        second.Leave();
    }
}
