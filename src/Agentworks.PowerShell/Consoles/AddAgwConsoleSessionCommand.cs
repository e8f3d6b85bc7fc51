using System.Management.Automation;
using Agentworks.Consoles;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Puts sessions into a console, behind those that are there.</summary>
[Cmdlet(VerbsCommon.Add, "AgwConsoleSession", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConsole))]
public sealed class AddAgwConsoleSessionCommand() : ConsoleSessionCommand("Add session")
{
    /// <summary>Sessions; a name with +N has N shells beside it.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    protected override void Process() => Collect(Session);

    private protected override Task<AgwConsole> ChangeAsync(string console, IReadOnlyList<string> sessions, CancellationToken stop) =>
        Engine.Consoles.AddSessionsAsync(console, [.. sessions.Select(ConsoleSpec.Parse)], Sink, stop);
}
