using System.Management.Automation;
using Agentworks.Consoles;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Puts a shell beside a session in a console.</summary>
[Cmdlet(VerbsCommon.Add, "AgwConsoleShell", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConsole))]
public sealed class AddAgwConsoleShellCommand : ConsoleChangeCommand
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleMemberCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    /// <summary>A folder of the workspace, relative to it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? WorkingDirectory { get; set; }

    /// <summary>The machine's admin's, not that of the session's own user.</summary>
    [Parameter]
    public SwitchParameter Admin { get; set; }

    protected override void Process()
    {
        foreach (var (console, _) in FindConsoles([Console]))
        {
            foreach (var session in Members(console, Session))
            {
                var shell = new NewConsoleShell(session, WorkingDirectory, Admin);
                if (Approves($"{session} of console {console}", "Add shell"))
                {
                    Change(console.Name, session, stop => Engine.Consoles.AddShellAsync(console.Name, shell, Sink, stop));
                }
            }
        }
    }
}
