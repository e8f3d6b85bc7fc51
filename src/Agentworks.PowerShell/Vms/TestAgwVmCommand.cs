using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Compares machines with what is declared for them, and changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgwVm")]
[OutputType(typeof(AgwStateCheck), typeof(bool))]
public sealed class TestAgwVmCommand : AgentworksCommand
{
    // Found while the pipeline runs and asked at its end, all at the same time.
    private readonly Dictionary<string, object> _found = new(StringComparer.Ordinal);
    private bool _drifted;

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Name { get; set; }

    /// <summary>Only say whether everything is as declared, on all of them.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Process()
    {
        if (Name is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var matches = FindVms(Name);
        _drifted |= Name?.Any(name => !name.IsPattern && matches.All(match => !string.Equals(match.Item.Name, name.Name, StringComparison.OrdinalIgnoreCase))) == true;
        foreach (var (vm, input) in matches)
        {
            _found.TryAdd(vm.Name, input);
        }
    }

    protected override void End()
    {
        if (_found.Count > 0)
        {
            Stream(stop => Engine.Vms.CheckAsync([.. _found.Keys], stop), outcome =>
            {
                _drifted |= outcome.Error is not null || outcome.Value!.Any(check => check.Status == DriftStatus.Drifted);
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
                    WriteObject(outcome.Value, enumerateCollection: true);
                }
            });
        }
        if (Quiet)
        {
            WriteObject(!_drifted);
        }
    }
}
