using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Operations;

public sealed class OperationRunnerTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StateStore _store;

    public OperationRunnerTests() => _store = StateStore.Open(_folder.Home, TimeProvider.System);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_killed_process_left_open_is_settled_by_the_next_change_of_the_same_thing_and_no_other()
    {
        using (var worker = new WorkerProcess("journal", _folder.Home, "v1", "dev"))
        {
            await worker.ReadLineAsync();
            worker.Kill();
        }

        await ChangeAsync("web", fails: false);
        await Assert.ThrowsAsync<TimeoutException>(() => ChangeAsync("dev", fails: true));
        Assert.True(Assert.Single(_store.Journal.List(openOnly: true)).Interrupted);

        await ChangeAsync("dev", fails: false);
        Assert.Empty(_store.Journal.List(openOnly: true));
        Assert.Equal(JournalState.Failed, _store.Journal.List("v1")[0].State);
    }

    [Fact]
    public async Task What_goes_along_with_a_change_is_settled_with_it()
    {
        using (var worker = new WorkerProcess("journal", _folder.Home, "v1", "dev"))
        {
            await worker.ReadLineAsync();
            worker.Kill();
        }

        await new OperationRunner(_store).RunAsync(
            "Remove-AgwWorkspace",
            EntityKind.Workspace,
            "app",
            NullEventSink.Instance,
            scope =>
            {
                scope.Settles(EntityKind.Vm, ["dev"]);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.Empty(_store.Journal.List(openOnly: true));
    }

    private Task ChangeAsync(string name, bool fails) => new OperationRunner(_store).RunAsync(
        "Initialize-AgwVm",
        EntityKind.Vm,
        name,
        NullEventSink.Instance,
        _ => fails ? throw new TimeoutException() : Task.CompletedTask,
        CancellationToken.None);
}
