using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Compares agents' users with what is declared for them, and changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgwAgent")]
[OutputType(typeof(AgwStateCheck), typeof(bool))]
public sealed class TestAgwAgentCommand : AgentworksCommand
{
    // Found while the pipeline runs and asked at its end: the agents of a machine together, the machines at the same time.
    private readonly Dictionary<string, object> _found = new(StringComparer.Ordinal);
    private bool _drifted;

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Name { get; set; }

    /// <summary>Only say whether everything is as declared, for all of them.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Process()
    {
        if (Name is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var matches = FindAgents(Name);
        _drifted |= Name?.Any(name => !name.IsPattern && matches.All(match => !string.Equals(match.Item.Name, name.Name, StringComparison.OrdinalIgnoreCase))) == true;
        foreach (var (agent, input) in matches)
        {
            _found.TryAdd(agent.Name, input);
        }
    }

    protected override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => Engine.AgentChecks.CheckAsync([.. _found.Keys], stop), outcome =>
            {
                _drifted |= outcome.Error is not null || outcome.Value!.Status == DriftStatus.Drifted;
                if (Quiet)
                {
                    return;
                }
                if (outcome.Error is not null)
                {
                    WriteFailure(outcome.Error, _found[outcome.Name]);
                }
                else
                {
                    WriteObject(outcome.Value);
                }
            });
        }
        if (Quiet)
        {
            WriteObject(!_drifted);
        }
    }
}
