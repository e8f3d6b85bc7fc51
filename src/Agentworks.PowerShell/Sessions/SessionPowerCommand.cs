using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Starts, stops or restarts sessions.</summary>
public abstract class SessionPowerCommand(string action) : SessionBatchCommand(action)
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Name { get; set; } = [];

    /// <summary>Also write the session.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool WritesResult => PassThru;

    protected override void Process() => Collect(Name);
}
