using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.Unit.State;

public sealed class OperationJournalTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly StateStore store;

    public OperationJournalTests() => store = StateStore.Open(folder.Home, TimeProvider.System);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void An_operation_is_open_until_it_ends()
    {
        var operation = store.Journal.Begin("New-AgwVm", EntityKind.Vm, "v1", "dev", """{"Cpus":2}""");
        operation.Record("make the disk");
        operation.Record("boot");

        using var elsewhere = StateStore.Open(folder.Home, TimeProvider.System);
        var row = Assert.Single(elsewhere.Journal.List("v1", openOnly: true));
        Assert.Matches("^[0-9a-f]{32}$", operation.Id);
        Assert.Equal(operation.Id, row.Id);
        Assert.Equal(("New-AgwVm", EntityKind.Vm, "dev"), (row.Operation, row.Kind, row.TargetName));
        Assert.Equal("""{"Cpus":2}""", row.ArgumentsJson);
        Assert.Equal([(1, "make the disk"), (2, "boot")], row.Steps.Select(step => (step.Number, step.Step)));
        Assert.Equal(Environment.ProcessId, row.HolderPid);
        Assert.True(row.HolderAlive);
        Assert.False(row.Interrupted);

        operation.Complete();
        Assert.Empty(elsewhere.Journal.List(openOnly: true));
        Assert.Equal(JournalState.Done, Assert.Single(elsewhere.Journal.List()).State);
        Assert.Throws<InvalidOperationException>(() => operation.Record("more"));
        Assert.Throws<InvalidOperationException>(() => operation.Fail("late"));
    }

    [Fact]
    public void A_failure_keeps_its_reason()
    {
        store.Journal.Begin("New-AgwVm", EntityKind.Vm, "v1", "dev", "{}").Fail("no space");
        store.Journal.Begin("Start-AgwVm", EntityKind.Vm, "v2", "web", "{}");

        var row = Assert.Single(store.Journal.List("v1"));
        Assert.Equal((JournalState.Failed, "no space"), (row.State, row.Error));
        Assert.NotNull(row.Ended);
        Assert.Equal(["v1", "v2"], store.Journal.List().Select(other => other.TargetId));
    }

    [Fact]
    public void An_intent_can_be_part_of_a_change()
    {
        Assert.Throws<TimeoutException>(() => store.Write(writer =>
        {
            writer.Insert(Sample.Vm("one"));
            store.Journal.Begin("New-AgwVm", EntityKind.Vm, "one", "one", "{}").Record("make the disk");
            throw new TimeoutException();
        }));

        Assert.Empty(store.Journal.List());
        Assert.Empty(store.Read(reader => reader.ListVms()));
    }

    [Fact]
    public async Task What_a_killed_process_began_is_found_and_taken_over_once()
    {
        using var worker = new WorkerProcess("journal", folder.Home, "v1", "dev");
        var id = (await worker.ReadLineAsync())!;
        Assert.False(Assert.Single(store.Journal.List()).Interrupted);
        Assert.Throws<ResourceBusyException>(() => store.Journal.Adopt(id));

        worker.Kill();

        var row = Assert.Single(store.Journal.List(openOnly: true));
        Assert.True(row.Interrupted);
        Assert.Equal(worker.Id, row.HolderPid);
        Assert.Equal(["make the disk"], row.Steps.Select(step => step.Step));

        var operation = store.Journal.Adopt(id);
        operation.Record("remove the disk");
        row = Assert.Single(store.Journal.List());
        Assert.False(row.Interrupted);
        Assert.Equal(["make the disk", "remove the disk"], row.Steps.Select(step => step.Step));
        operation.Complete();
        Assert.Throws<NotFoundException>(() => store.Journal.Adopt(id));
    }

    [Fact]
    public void Old_operations_go_and_open_ones_stay()
    {
        var first = store.Write(_ =>
        {
            var open = store.Journal.Begin("Open", EntityKind.Vm, "v", "v", "{}");
            for (var i = 0; i < 2100; i++)
            {
                store.Journal.Begin("Done", EntityKind.Vm, "w", "w", "{}").Complete();
            }

            return open;
        });

        var rows = store.Journal.List();
        Assert.InRange(rows.Count, 1000, 2002);
        Assert.Equal(first.Id, rows[0].Id);
    }
}
