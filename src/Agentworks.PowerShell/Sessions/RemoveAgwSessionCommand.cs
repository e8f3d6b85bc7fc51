using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes sessions, running or not, with what they left on the machine.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwSession", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwSessionCommand() : SessionBatchCommand("Remove session")
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Name { get; set; } = [];

    private protected override bool WritesResult => false;

    protected override void Process() => Collect(Name);

    private protected override void Change(IReadOnlyList<string> names) =>
        Report(stop => Engine.Sessions.RemoveAsync(names, Sink, stop));
}
