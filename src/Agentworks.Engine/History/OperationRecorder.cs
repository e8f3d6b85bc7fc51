using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.History;

/// <summary>
/// Stands between an operation and whoever listens to it, and keeps what is said: in a log file of the operation, and what matters among the events of its
/// machine. An operation that is refused before it touches anything leaves neither. Only events are kept, so nothing that must stay secret
/// can get in.
/// </summary>
internal sealed class OperationRecorder(
    StateStore store, LogFolder logs, TimeProvider clock, string operation, IReadOnlyList<(string Kind, string Name)> targets, string journalId, IEventSink inner) : IEventSink
{
    private readonly object _gate = new();
    private readonly List<EngineEvent> _waiting = [];
    private readonly OperationEvents _own = OperationEvents.Of(operation);
    private readonly Dictionary<string, long> _running = new(StringComparer.Ordinal);
    private VmRow? _vm;
    private OperationLog? _log;
    private string? _failure;
    private string? _outcome;
    private int _warnings;
    private bool _ended;

    private (string Kind, string Name) Target => targets[0];

    /// <summary>The machine whose logs tell of this operation; null when there is no log.</summary>
    public string? LoggedVm => _log is null ? null : _vm?.Name;

    public void Report(EngineEvent engineEvent)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                Take(engineEvent);
            }
        }

        inner.Report(engineEvent);
    }

    public void Succeed() => End(LogOutcome.Succeeded, _own.Succeeded, _outcome);

    public void Fail(Exception cause) =>
        End(LogOutcome.Failed, _failure, cause is OperationCanceledException ? "interrupted" : cause.Message);

    private void Take(EngineEvent engineEvent)
    {
        // Its making may have to record the machine first.
        _vm ??= FindVm();
        if (_vm is null || (_log is null && engineEvent is not JournalEvent))
        {
            _waiting.Add(engineEvent);
            return;
        }

        if (_log is null)
        {
            Begin(_vm);
            _waiting.ForEach(Keep);
            _waiting.Clear();
        }

        Keep(engineEvent);
    }

    private void Begin(VmRow vm)
    {
        _failure = _own.Failed;
        Append(_own.Begun, Subject);
        try
        {
            _log = logs.Begin(vm.Name, operation, journalId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            inner.Report(new WarningEvent($"This operation has no log: {e.Message}"));
            _vm = null;
            return;
        }

        _log.Header("operation", operation);
        _log.Header("target", string.Join(", ", targets.Select(target => $"{target.Kind} {target.Name}")));
        _log.Header("machine", $"{vm.Name} ({vm.Platform}, {vm.Id})");
        _log.Header("journal", journalId);
        _log.Header("started", clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        _log.Header("process", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} on {Environment.MachineName}"));
    }

    private void Keep(EngineEvent engineEvent)
    {
        switch (engineEvent)
        {
            case JournalEvent e:
                _log?.Write("step", e.Step);
                break;
            case StepEvent e:
                Keep(e);
                break;
            case OutputEvent e:
                _log?.Write("output", $"{e.Target}: {e.Step}\n{e.Text.TrimEnd()}");
                break;
            case WarningEvent e:
                _warnings++;
                _log?.Write("warning", e.Message);
                break;
            case DetailEvent e:
                _log?.Write("detail", e.Message);
                break;
            case VmEvent e:
                Keep(e);
                break;
        }
    }

    private void Keep(VmEvent e)
    {
        _log?.Write("event", e.Detail is null ? e.Name : $"{e.Name}: {e.Detail}");
        if (e.Name == _own.Succeeded)
        {
            // Said in the end, if that comes.
            _outcome = e.Detail;
            return;
        }

        _failure = e.Name switch
        {
            VmEventNames.InitializationStarted when _failure == VmEventNames.ProvisioningFailed => VmEventNames.InitializationFailed,
            _ => _failure,
        };
        Append(e.Name, e.Detail);
    }

    private void Keep(StepEvent e)
    {
        if (e.Step.State == StepState.Running)
        {
            _running[e.Step.Name] = clock.GetTimestamp();
            return;
        }

        var took = _running.Remove(e.Step.Name, out var began)
            ? string.Create(CultureInfo.InvariantCulture, $" in {clock.GetElapsedTime(began).TotalSeconds:0.0} s")
            : string.Empty;
        var detail = e.Step.Detail is null ? string.Empty : $": {e.Step.Detail}";
        _log?.Write("initialize", $"{e.Target}: {e.Step.Name}: {e.Step.State}{took}{detail}");
        if (e.Step.State is StepState.Changed or StepState.Failed)
        {
            var whose = e.Target == _vm?.Name ? string.Empty : $"{e.Target}: ";
            Append(e.Step.State == StepState.Changed ? VmEventNames.StepChanged : VmEventNames.StepFailed, $"{whose}{e.Step.Name}{detail}");
        }
    }

    private void End(LogOutcome outcome, string? vmEvent, string? detail)
    {
        lock (_gate)
        {
            _ended = true;
            if (_log is null)
            {
                return;
            }

            Append(vmEvent, detail is null ? Subject : Subject is null ? detail : $"{Subject}: {detail}");
            if (outcome == LogOutcome.Failed)
            {
                _log.Write("error", detail ?? string.Empty);
            }

            _log.End(outcome, _warnings);
            if (operation == "Remove-AgwVm" && outcome == LogOutcome.Succeeded)
            {
                ForgetOthers(_vm!, _log.Path);
            }
        }
    }

    private void ForgetOthers(VmRow vm, string own)
    {
        try
        {
            logs.Forget(vm.Name, own, store.Read(state => state.ListVms()).Select(row => row.Name).ToHashSet(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They are only too many.
        }
    }

    /// <summary>What the event is about where that is not the machine itself.</summary>
    private string? Subject => Target.Kind == EntityKind.Vm ? null : Target.Name;

    private void Append(string? name, string? detail)
    {
        if (name is null || _vm is null)
        {
            return;
        }

        try
        {
            store.Write(state => state.Append(new VmEventRow(_vm.Id, name, detail, default)));
        }
        catch (AgentworksException)
        {
            // What is told here must not end what it is told about.
        }
    }

    private VmRow? FindVm()
    {
        try
        {
            return store.Read(state => targets.Select(target => FindVm(state, target.Kind, target.Name)).FirstOrDefault(vm => vm is not null));
        }
        catch (AgentworksException)
        {
            return null;
        }
    }

    private static VmRow? FindVm(StateReader state, string kind, string name) => kind switch
    {
        EntityKind.Vm => state.FindVm(name),
        EntityKind.Workspace => state.FindWorkspace(name) is { } workspace ? state.GetVm(workspace.VmId) : null,
        EntityKind.Agent => state.FindAgent(name) is { } agent ? state.GetVm(agent.VmId) : null,
        EntityKind.Session => state.FindSession(name) is { } session && state.GetWorkspace(session.WorkspaceId) is { } place ? state.GetVm(place.VmId) : null,
        _ => null,
    };
}
