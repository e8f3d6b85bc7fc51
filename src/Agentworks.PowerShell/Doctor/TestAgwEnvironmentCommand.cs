using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Says what works here, what is missing, and what to do about it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgwEnvironment")]
[OutputType(typeof(AgwEnvironmentCheck), typeof(bool))]
public sealed class TestAgwEnvironmentCommand : AgentworksCommand
{
    private bool _failed;

    /// <summary>Also ask every machine.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>Only say whether everything needed is there.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void Process() => Stream(stop => Engine.Doctor.CheckAsync(Online, stop), check =>
    {
        _failed |= check.Status == CheckStatus.Failed;
        if (!Quiet)
        {
            WriteObject(check);
        }
    });

    protected override void End()
    {
        if (Quiet)
        {
            WriteObject(!_failed);
        }
    }
}
