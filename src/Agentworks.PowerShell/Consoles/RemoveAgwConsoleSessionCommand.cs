using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Takes sessions out of a console, with the shells beside them. The sessions themselves go on.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwConsoleSession", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AgwConsole))]
public sealed class RemoveAgwConsoleSessionCommand() : ConsoleSessionCommand("Remove session")
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleMemberCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    protected override void Process() => Collect(Session);

    private protected override Task<AgwConsole> ChangeAsync(string console, IReadOnlyList<string> sessions, CancellationToken stop) =>
        Engine.Consoles.RemoveSessionsAsync(console, sessions, Sink, stop);
}
