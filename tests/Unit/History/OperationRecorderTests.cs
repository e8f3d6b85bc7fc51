using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.History;

public sealed class OperationRecorderTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StateStore _store;
    private readonly LogFolder _logs;

    public OperationRecorderTests()
    {
        _store = StateStore.Open(_folder.Home, TimeProvider.System);
        _logs = new LogFolder(_folder.Home, TimeProvider.System);
        _store.Write(state => state.Insert(Sample.Vm("dev")));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_operation_leaves_a_log_with_its_steps_and_events_of_what_changed()
    {
        await RunAsync("Initialize-AgwVm", "dev", scope =>
        {
            scope.Record("initialize");
            scope.Note(VmEventNames.InitializationStarted);
            scope.Events.Report(new StepEvent("dev", new StepResult("base", StepState.Ok), 1, 2));
            scope.Events.Report(new StepEvent("dev", new StepResult("swap", StepState.Changed, "2 GiB"), 2, 2));
            scope.Note(VmEventNames.InitializationCompleted);
        });
        var log = Assert.Single(_logs.List("dev"));
        Assert.Equal((LogOutcome.Succeeded, "Initialize-AgwVm"), (log.Outcome, log.Operation));
        Assert.Contains("swap: Changed", VmHistoryService.ReadText(log), StringComparison.Ordinal);
        Assert.Equal(["InitializationStarted", "StepChanged", "InitializationCompleted"], Events());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log.Path));
        }
    }

    [Fact]
    public async Task A_failure_is_in_the_log_and_among_the_events_and_says_where_to_look()
    {
        var failure = await Assert.ThrowsAsync<ProvisioningFailedException>(() => RunAsync("Initialize-AgwVm", "dev", scope =>
        {
            scope.Record("initialize");
            scope.Events.Report(new OutputEvent("dev", "base", "E: no\u001b[31m route\nto host"));
            throw new ProvisioningFailedException("Step 'base' failed");
        }));
        Assert.Equal("Get-AgwVmLog dev -Last 1 -Raw", failure.Recommendation);
        var log = Assert.Single(_logs.List("dev"));
        Assert.True(log.Failed);
        var text = VmHistoryService.ReadText(log);
        Assert.Contains("to host", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal(["InitializationFailed"], Events());
    }

    [Fact]
    public async Task What_was_refused_before_it_touched_anything_leaves_nothing()
    {
        await Assert.ThrowsAsync<NotReadyException>(() => RunAsync("New-AgwVm", "dev", _ => throw new NotReadyException("no")));
        Assert.Empty(_logs.List("dev"));
        Assert.Empty(Events());
    }

    [Fact]
    public async Task The_logs_of_a_machine_are_not_those_of_another_whose_name_begins_alike()
    {
        _store.Write(state => state.Insert(Sample.Vm("dev-2")));
        await RunAsync("Start-AgwVm", "dev", scope => scope.Record("power"));
        await RunAsync("Stop-AgwVm", "dev-2", scope => scope.Record("power"));
        await RunAsync("Remove-AgwVm", "dev", scope =>
        {
            scope.Record("machine");
            _store.Write(state => state.DeleteVm("dev"));
        });
        Assert.Equal("Remove-AgwVm", Assert.Single(_logs.List("dev")).Operation);
        Assert.Equal("Stop-AgwVm", Assert.Single(_logs.List("dev-2")).Operation);
    }

    [Fact]
    public async Task Logs_and_events_are_bounded()
    {
        for (var i = 0; i < 55; i++)
        {
            await RunAsync("Start-AgwVm", "dev", scope => scope.Record("power"));
        }

        Assert.Equal(50, _logs.List("dev").Count);
        _store.Write(state =>
        {
            for (var i = 0; i < 1005; i++)
            {
                state.Append(new Agentworks.State.Rows.VmEventRow("dev", "Started", i.ToString(System.Globalization.CultureInfo.InvariantCulture), default));
            }
        });
        var events = _store.Read(state => state.ListVmEvents("dev"));
        Assert.Equal((1000, "1004"), (events.Count, events[^1].Detail));
    }

    private Task RunAsync(string operation, string vm, Action<OperationScope> body) =>
        new OperationRunner(_store, logs: _logs).RunAsync(
            operation,
            EntityKind.Vm,
            vm,
            NullEventSink.Instance,
            scope =>
            {
                body(scope);
                return Task.CompletedTask;
            },
            CancellationToken.None);

    private IEnumerable<string> Events() => _store.Read(state => state.ListVmEvents("dev")).Select(one => one.Event);
}
