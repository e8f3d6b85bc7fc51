using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Limits;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.Unit.Limits;

public sealed class RateLimiterTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("agw-limits-").FullName;
    private readonly Clock _clock = new();
    private readonly StateStore _store;

    public RateLimiterTests() => _store = StateStore.Open(_home, _clock);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private TimeSpan Take(bool owe = true) => _store.Write(state => state.TakeToken("b", burst: 3, perMinute: 6, owe));

    [Fact]
    public void A_full_bucket_gives_its_burst_and_then_its_rate()
    {
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero], new[] { Take(), Take(), Take() });
        Assert.Equal(10, Take().TotalSeconds, precision: 3);

        // Who comes next waits behind: nobody is overtaken.
        Assert.Equal(20, Take().TotalSeconds, precision: 3);
        _clock.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(10, Take().TotalSeconds, precision: 3);
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero], new[] { Take(), Take(), Take() });
        Assert.NotEqual(TimeSpan.Zero, Take());
    }

    [Fact]
    public void Who_does_not_want_to_wait_takes_nothing()
    {
        _ = (Take(), Take(), Take());
        Assert.Equal(10, Take(owe: false).TotalSeconds, precision: 3);
        Assert.Equal(10, Take(owe: false).TotalSeconds, precision: 3);
        Assert.Equal(10, Take().TotalSeconds, precision: 3);
        _store.Write(state => state.ReturnToken("b"));
        Assert.Equal(10, Take(owe: false).TotalSeconds, precision: 3);
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing()
    {
        _ = (Take(), Take(), Take());
        _clock.Pass(TimeSpan.FromDays(-1));
        Assert.Equal(10, Take(owe: false).TotalSeconds, precision: 3);
    }

    [Fact]
    public async Task What_is_not_limited_is_not_even_counted()
    {
        var limiter = new RateLimiter(_store, () => LimitsSection.None, _clock);
        for (var i = 0; i < 1000; i++)
        {
            await limiter.ExecAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
            await limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
            await limiter.CallAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
        }

        foreach (var bucket in new[] { "exec", "create", "default" })
        {
            Assert.Equal(TimeSpan.Zero, _store.Write(state => state.TakeToken(bucket, 1, 1, owe: false)));
        }
    }

    [Fact]
    public async Task Without_a_configuration_each_bucket_has_the_guides_numbers()
    {
        var limiter = Limiter(string.Empty);
        await FitsAsync(3, 5, limiter.CreateAsync);
        await FitsAsync(10, 60, limiter.ExecAsync);
        await FitsAsync(20, 120, limiter.CallAsync);
    }

    private static async Task FitsAsync(int burst, int perMinute, Func<bool, IEventSink, CancellationToken, Task> takeAsync)
    {
        for (var i = 0; i < burst; i++)
        {
            await takeAsync(true, NullEventSink.Instance, CancellationToken.None);
        }

        var failure = await Assert.ThrowsAsync<RateLimitedException>(() => takeAsync(true, NullEventSink.Instance, CancellationToken.None));
        Assert.Equal(60.0 / perMinute, failure.Wait.TotalSeconds, precision: 3);
    }

    [Fact]
    public async Task A_caller_waits_or_is_told_when()
    {
        var limiter = Limiter("[limits]\ncreate_burst = 1\ncreate_per_minute = 60\n");
        await limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RateLimitedException>(() => limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None));
        Assert.Equal(1, failure.Wait.TotalSeconds, precision: 3);

        using var stop = new CancellationTokenSource();
        var waiting = limiter.CreateAsync(noWait: false, NullEventSink.Instance, stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _clock.Pass(TimeSpan.FromSeconds(1));
        await limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
    }

    [Fact]
    public void Quotas_count_what_there_is_and_what_is_to_come()
    {
        var quotas = new Quotas(() => new LimitsSection { MaxWorkspaces = 3, MaxMemoryMiB = 3000, MaxDiskGiB = 100 });
        _store.Write(state =>
        {
            state.Insert(Vm("a", 1000));
            state.Insert(Vm("shared", 9000) with { Dedicated = false });
            quotas.Require(state, Vm("b", 2000));
        });
        var memory = Assert.Throws<QuotaExceededException>(() => _store.Write(state => quotas.Require(state, Vm("b", 2001))));
        Assert.Equal("b", memory.Target);
        _store.Write(state =>
        {
            foreach (var name in new[] { "b", "c", "d" })
            {
                state.Insert(Vm(name, 10));
                state.Insert(new WorkspaceRow
                {
                    Id = name, Name = name, VmId = name, Isolation = WorkspaceIsolation.Dedicated, State = LifecycleState.Ready, Template = "default", Path = "/workspace", LinuxGroup = "workspace",
                });
            }
        });
        Assert.Throws<QuotaExceededException>(() => _store.Write(state => quotas.Require(state, Vm("e", 10))));
    }

    private RateLimiter Limiter(string toml)
    {
        File.WriteAllText(Path.Combine(_home, "config.toml"), toml);
        return new RateLimiter(_store, () => new ConfigService(_home).Load().Limits, _clock);
    }

    private static VmRow Vm(string name, int memory) => new()
    {
        Id = name,
        Name = name,
        Platform = "nspawn",
        Template = "default",
        State = LifecycleState.Ready,
        DesiredPower = DesiredPower.Running,
        AdminUser = "agentworks",
        HostName = name,
        WorkspacesPath = "/opt/agentworks/workspaces",
        MemoryMiB = memory,
        Dedicated = true,
    };

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Pass(TimeSpan time) => _now += time;
    }
}
