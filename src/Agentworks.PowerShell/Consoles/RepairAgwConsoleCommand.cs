using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Puts back what is missing of a console that runs, and takes nothing away.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "AgwConsole", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConsoleRepair))]
public sealed class RepairAgwConsoleCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument[] Name { get; set; } = [];

    /// <summary>Only the windows of these sessions.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ConsoleMemberCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    protected override void Process()
    {
        var sessions = Session.Select(session => session.Name ?? string.Empty).ToArray();
        foreach (var (console, input) in FindConsoles(Name))
        {
            if (Approves($"{console.Name} on {console.Vm}", "Repair console"))
            {
                ForInput(input, () => Repair(console.Name, sessions));
            }
        }
    }

    private void Repair(string console, IReadOnlyList<string> sessions)
    {
        foreach (var outcome in Await(stop => Engine.Consoles.RepairAsync(console, sessions, Sink, stop)))
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, outcome.Name);
            }
            else
            {
                WriteObject(outcome.Value);
            }
        }
    }
}
