using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Collects sessions from the pipeline and does one thing to all of them: one round trip per machine, results and errors each by itself.</summary>
public abstract class SessionBatchCommand(string action) : AgentworksCommand
{
    private readonly Dictionary<string, object> _inputs = new(StringComparer.Ordinal);

    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    private protected abstract bool WritesResult { get; }

    private protected virtual string Action => action;

    /// <summary>Whether what was asked for could be done with that session.</summary>
    private protected bool Succeeded(string name) => !_failed.Contains(name);

    private protected void Collect(NameArgument[] names)
    {
        foreach (var (session, input) in FindSessions(names))
        {
            Consider(session.Name);
            if (!_inputs.ContainsKey(session.Name) && Approves($"{session.Name} on {session.Vm}", Action))
            {
                _inputs.Add(session.Name, input);
            }
        }
    }

    /// <summary>Hears of every session, whether its change is approved or not.</summary>
    private protected virtual void Consider(string name)
    {
    }

    protected override void End()
    {
        if (_inputs.Count == 0)
        {
            return;
        }
        Change([.. _inputs.Keys]);
    }

    /// <summary>Calls <see cref="Report"/> with the engine's answer for all of the sessions.</summary>
    private protected abstract void Change(IReadOnlyList<string> names);

    private protected void Report(Func<CancellationToken, IAsyncEnumerable<BatchOutcome<AgwSession>>> work) => Stream(work, outcome =>
    {
        if (outcome.Error is not null)
        {
            _failed.Add(outcome.Name);
            WriteFailure(outcome.Error, _inputs.GetValueOrDefault(outcome.Name, outcome.Name));
        }
        else if (WritesResult && outcome.Value is not null)
        {
            WriteObject(outcome.Value);
        }
    });
}
