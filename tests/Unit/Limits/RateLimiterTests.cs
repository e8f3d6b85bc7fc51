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
    public async Task Without_the_section_nothing_is_limited_and_nothing_is_written()
    {
        var limiter = new RateLimiter(_store, new ConfigService(_home), _clock);
        for (var i = 0; i < 1000; i++)
        {
            await limiter.ExecAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
        }

        Assert.Equal(TimeSpan.Zero, _store.Write(state => state.TakeToken("exec", 1, 1, owe: false)));
    }

    [Fact]
    public async Task With_it_the_caller_waits_or_is_told_when()
    {
        File.WriteAllText(Path.Combine(_home, "config.toml"), "[limits]\ncreate_burst = 1\ncreate_per_minute = 60\n");
        var limiter = new RateLimiter(_store, new ConfigService(_home), _clock);
        await limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<RateLimitedException>(() => limiter.CreateAsync(noWait: true, NullEventSink.Instance, CancellationToken.None));
        Assert.Equal(1, failure.Wait.TotalSeconds, precision: 3);

        // The guide's own number where none is set.
        for (var i = 0; i < 10; i++)
        {
            await limiter.ExecAsync(noWait: true, NullEventSink.Instance, CancellationToken.None);
        }

        await Assert.ThrowsAsync<RateLimitedException>(() => limiter.ExecAsync(noWait: true, NullEventSink.Instance, CancellationToken.None));
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
        File.WriteAllText(Path.Combine(_home, "config.toml"), "[limits]\nmax_workspaces = 3\nmax_memory_mib = 3000\nmax_disk_gib = 100\n");
        var quotas = new Quotas(new ConfigService(_home));
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
