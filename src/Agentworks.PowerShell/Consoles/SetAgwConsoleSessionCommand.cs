using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Puts sessions of a console in front, in the order given; the rest keep theirs.</summary>
[Cmdlet(VerbsCommon.Set, "AgwConsoleSession", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConsole))]
public sealed class SetAgwConsoleSessionCommand() : ConsoleSessionCommand("Put in front")
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleMemberCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    protected override void Process() => Collect(Session);

    private protected override Task<AgwConsole> ChangeAsync(string console, IReadOnlyList<string> sessions, CancellationToken stop) =>
        Engine.Consoles.ReorderAsync(console, sessions, Sink, stop);
}
