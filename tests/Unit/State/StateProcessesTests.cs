using System.Globalization;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.Unit.State;

public sealed class StateProcessesTests : IDisposable
{
    private const int Workers = 6, Operations = 100;
    private readonly TestFolder folder = new();
    private readonly StateStore store;

    public StateProcessesTests() => store = StateStore.Open(folder.Home, TimeProvider.System);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Many_processes_lose_no_update()
    {
        Prepare();
        var workers = Start();
        try
        {
            var outputs = await Task.WhenAll(workers.Select(worker => worker.ReadToEndAsync()));
            Assert.All(outputs, output => Assert.Equal("done", output.Trim()));
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }

        store.Read(reader =>
        {
            Assert.Equal((Workers * Operations / 5).ToString(CultureInfo.InvariantCulture), reader.FindVm("shared")!.PlatformData);
            Assert.Equal(Workers * Operations / 10, reader.ListAgents().Count);
            Assert.Equal(Workers * Operations / 10, reader.ListGrants().Count);
            return true;
        });
        var operations = store.Journal.List();
        Assert.Equal(Workers * Operations / 5, operations.Count);
        Assert.All(operations, operation => Assert.Equal((JournalState.Done, 1), (operation.State, operation.Steps.Count)));
    }

    [Fact]
    public async Task Killing_writers_harms_nobody_else()
    {
        Prepare();
        var workers = Start();
        try
        {
            for (var i = 0; i < Workers / 2; i++)
            {
                // Let each get into its work before it dies there.
                while (store.Journal.List().Count < 5 * (i + 1))
                {
                    store.Write(writer => writer.FindVm("shared"));
                }

                workers[i].Kill();
            }

            var outputs = await Task.WhenAll(workers[(Workers / 2)..].Select(worker => worker.ReadToEndAsync()));
            Assert.All(outputs, output => Assert.Equal("done", output.Trim()));
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }

        using var again = StateStore.Open(folder.Home, TimeProvider.System);
        Assert.All(again.Journal.List(openOnly: true), operation => Assert.True(operation.Interrupted));
        var counted = int.Parse(again.Read(reader => reader.FindVm("shared"))!.PlatformData, CultureInfo.InvariantCulture);
        Assert.InRange(counted, Workers / 2 * Operations / 5, Workers * Operations / 5);
    }

    [Fact]
    public async Task A_writer_killed_inside_its_change_leaves_nothing_of_it_and_frees_the_gate()
    {
        store.Write(writer => writer.Insert(Sample.Vm("one")));
        using var worker = new WorkerProcess("inside", folder.Home, "one");
        Assert.Equal("inside", await worker.ReadLineAsync());
        var waiting = Task.Run(() => store.Write(writer => writer.Insert(Sample.Vm("two"))));
        Assert.Single(store.Read(reader => reader.ListVms()));
        Assert.False(waiting.IsCompleted);

        worker.Kill();

        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(["one", "two"], store.Read(reader => reader.ListVms()).Select(vm => vm.Name));
    }

    private void Prepare() => store.Write(writer =>
    {
        writer.Insert(Sample.Vm("shared") with { PlatformData = "0" });
        writer.Insert(Sample.Workspace("work", "shared"));
    });

    private List<WorkerProcess> Start() => Enumerable.Range(0, Workers)
        .Select(i => new WorkerProcess("mixed", folder.Home, i.ToString(CultureInfo.InvariantCulture), Operations.ToString(CultureInfo.InvariantCulture)))
        .ToList();
}
