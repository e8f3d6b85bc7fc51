using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Collects sessions from the pipeline and does one thing to all of them: one round trip per machine, results and errors each by itself.</summary>
public abstract class SessionBatchCommand(string action) : AgentworksCommand
{
    private readonly Dictionary<string, object> _inputs = new(StringComparer.Ordinal);

    private protected abstract bool WritesResult { get; }

    private protected void Collect(NameArgument[] names)
    {
        foreach (var (session, input) in FindSessions(names))
        {
            if (!_inputs.ContainsKey(session.Name) && Approves($"{session.Name} on {session.Vm}", action))
            {
                _inputs.Add(session.Name, input);
            }
        }
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
            WriteFailure(outcome.Error, _inputs.GetValueOrDefault(outcome.Name, outcome.Name));
        }
        else if (WritesResult && outcome.Value is not null)
        {
            WriteObject(outcome.Value);
        }
    });
}
