using System.Management.Automation;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Shows the engine's events in PowerShell's streams. Used on the pipeline thread only.</summary>
internal sealed class EventDisplay(PSCmdlet cmdlet)
{
    /// <summary>Away from the small numbers that scripts give to progress of their own.</summary>
    private const int FirstActivityId = 0x4157_0000;

    private readonly Dictionary<string, int> _activities = new(StringComparer.Ordinal);
    private readonly Dictionary<int, ProgressRecord> _pending = [];
    private readonly HashSet<int> _open = [];

    public void Show(EngineEvent engineEvent)
    {
        switch (engineEvent)
        {
            case ProgressEvent e:
                Progress(e.Activity, e.Status, e.Percent, e.Completed);
                break;
            case StepEvent e:
                Step(e);
                break;
            case WarningEvent e:
                cmdlet.WriteWarning(TerminalText.Escape(e.Message));
                break;
            case DetailEvent e:
                cmdlet.WriteVerbose(TerminalText.Escape(e.Message));
                break;
            case JournalEvent e:
                cmdlet.WriteDebug(TerminalText.Escape($"{e.Operation} {e.Target} ({e.OperationId}): {e.Step}"));
                break;
        }
    }

    /// <summary>Draws what has changed; of many changes in one go, only the last is worth the host's time.</summary>
    public void Flush()
    {
        foreach (var (id, record) in _pending)
        {
            cmdlet.WriteProgress(record);
            if (record.RecordType == ProgressRecordType.Completed)
            {
                _open.Remove(id);
            }
            else
            {
                _open.Add(id);
            }
        }
        _pending.Clear();
    }

    /// <summary>Takes every bar away, on whatever path the work ended.</summary>
    public void Complete()
    {
        try
        {
            foreach (var (activity, id) in _activities.Where(a => _open.Contains(a.Value)).ToList())
            {
                cmdlet.WriteProgress(new ProgressRecord(id, activity, "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline may write nothing more; the host clears its bars itself then.
        }
        _open.Clear();
        _pending.Clear();
        _activities.Clear();
    }

    private void Step(StepEvent e)
    {
        var done = e.Step.State == StepState.Running ? e.Index : e.Index + 1;
        Progress(e.Target, e.Step.Name, e.Count == 0 ? null : Math.Clamp(100 * done / e.Count, 0, 100), completed: false);
        if (e.Step.State == StepState.Running)
        {
            return;
        }
        var text = TerminalText.Escape($"{e.Target}: {e.Step.Name}: {e.Step.State}{(e.Step.Detail is null ? string.Empty : $" ({e.Step.Detail})")}");
        if (e.Step.State == StepState.Failed)
        {
            cmdlet.WriteWarning(text);
        }
        else
        {
            cmdlet.WriteVerbose(text);
        }
    }

    private void Progress(string activity, string status, int? percent, bool completed)
    {
        activity = activity.Length == 0 ? "Agentworks" : TerminalText.EscapeLine(activity);
        if (!_activities.TryGetValue(activity, out var id))
        {
            id = FirstActivityId + _activities.Count;
            _activities.Add(activity, id);
        }
        _pending[id] = new ProgressRecord(id, activity, status.Length == 0 ? " " : TerminalText.EscapeLine(status))
        {
            PercentComplete = percent ?? -1,
            RecordType = completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        };
    }
}
