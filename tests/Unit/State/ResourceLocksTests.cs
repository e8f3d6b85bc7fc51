using System.Globalization;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.Tests.Unit.State;

public sealed class ResourceLocksTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly StateStore store;

    public ResourceLocksTests() => store = StateStore.Open(folder.Home, TimeProvider.System);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task One_holder_at_a_time_within_a_process()
    {
        var held = await Take(EntityKind.Vm, "dev", TimeSpan.Zero);
        await Assert.ThrowsAsync<ResourceBusyException>(() => Take(EntityKind.Vm, "dev", TimeSpan.FromMilliseconds(20)));
        using var other = await Take(EntityKind.Vm, "dev2", TimeSpan.Zero);
        using var kind = await Take(EntityKind.Agent, "dev", TimeSpan.Zero);

        var waiting = Take(EntityKind.Vm, "dev", TimeSpan.FromSeconds(60));
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        using var held = await Take(EntityKind.Vm, "dev", TimeSpan.Zero);
        using var cancel = new CancellationTokenSource();
        var waiting = store.Locks.AcquireAsync(EntityKind.Vm, "dev", TimeSpan.FromMinutes(10), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task The_holder_is_named_and_its_death_frees_the_lock()
    {
        using var worker = new WorkerProcess("lock", folder.Home, EntityKind.Vm, "dev");
        Assert.Equal("held", await worker.ReadLineAsync());

        var e = await Assert.ThrowsAsync<ResourceBusyException>(() => Take(EntityKind.Vm, "dev", TimeSpan.Zero));
        Assert.Contains(worker.Id.ToString(CultureInfo.InvariantCulture), e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Recommendation);

        worker.Kill();
        (await Take(EntityKind.Vm, "dev", TimeSpan.Zero)).Dispose();
    }

    [Fact]
    public async Task The_holders_command_is_named_from_the_journal()
    {
        using var held = await Take(EntityKind.Vm, "dev", TimeSpan.Zero);
        var operation = store.Journal.Begin("Start-AgwVm", EntityKind.Vm, "v1", "dev", "{}");
        store.Journal.Begin("Remove-AgwVm", EntityKind.Vm, "v2", "other", "{}");

        var e = await Assert.ThrowsAsync<ResourceBusyException>(() => Take(EntityKind.Vm, "dev", TimeSpan.Zero));
        Assert.Contains("Start-AgwVm", e.Message, StringComparison.Ordinal);
        operation.Complete();
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("a b\n$(x)")]
    [InlineData("")]
    public async Task Odd_names_stay_in_the_folder_and_apart(string name)
    {
        using var held = await Take(EntityKind.Vm, name, TimeSpan.Zero);
        using var other = await Take(EntityKind.Vm, name + "x", TimeSpan.Zero);
        await Assert.ThrowsAsync<ResourceBusyException>(() => Take(EntityKind.Vm, name, TimeSpan.Zero));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder.Home, "locks"), "vm.*").Length);
    }

    private Task<IDisposable> Take(string kind, string name, TimeSpan timeout) => store.Locks.AcquireAsync(kind, name, timeout, CancellationToken.None);
}
