using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Looks whether workspaces are on their machines as declared; changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgwWorkspace")]
[OutputType(typeof(AgwStateCheck), typeof(bool))]
public sealed class TestAgwWorkspaceCommand : AgentworksCommand
{
    private readonly Dictionary<string, object> _inputs = new(StringComparer.Ordinal);
    private bool _bad;

    /// <summary>All of them when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Name { get; set; }

    /// <summary>Only say whether everything is as declared.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Process()
    {
        foreach (var (workspace, input) in FindWorkspaces(Name))
        {
            _inputs.TryAdd(workspace.Name, input);
        }
    }

    protected override void End()
    {
        string[] names = [.. _inputs.Keys];
        if (names.Length > 0)
        {
            Stream(stop => Engine.WorkspaceUpkeep.CheckAsync(names, stop), Report);
        }
        if (Quiet)
        {
            WriteObject(!_bad);
        }
    }

    private void Report(BatchOutcome<AgwStateCheck> outcome)
    {
        _bad |= outcome.Value is not { Status: not DriftStatus.Drifted };
        if (outcome.Error is not null)
        {
            WriteFailure(outcome.Error, _inputs[outcome.Name]);
        }
        else if (!Quiet)
        {
            WriteObject(outcome.Value);
        }
    }
}
