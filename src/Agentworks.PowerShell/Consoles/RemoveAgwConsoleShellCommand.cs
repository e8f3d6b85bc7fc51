using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes shells from beside a session in a console.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwConsoleShell", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AgwConsole))]
public sealed class RemoveAgwConsoleShellCommand : ConsoleChangeCommand
{
    // Removed together at the end: each removal would change the numbers of those that follow.
    private readonly Dictionary<(string Console, string Session), SortedSet<int>> _wanted = [];

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConsoleMemberCompleter))]
    public SessionArgument Session { get; set; } = null!;

    /// <summary>From 0, in the order of the panes.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    public int[] Index { get; set; } = [];

    protected override void Process()
    {
        foreach (var (console, _) in FindConsoles([Console]))
        {
            foreach (var session in Members(console, [Session]))
            {
                if (!_wanted.TryGetValue((console.Name, session), out var wanted))
                {
                    _wanted[(console.Name, session)] = wanted = [];
                }
                wanted.UnionWith(Index);
            }
        }
    }

    protected override void End()
    {
        foreach (var ((console, session), indexes) in _wanted)
        {
            if (Approves($"{string.Join(", ", indexes)} of {session} in console {console}", "Remove shell"))
            {
                Change(console, session, stop => Engine.Consoles.RemoveShellsAsync(console, session, indexes, Sink, stop));
            }
        }
    }
}
