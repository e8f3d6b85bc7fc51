using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Changes what is in consoles.</summary>
public abstract class ConsoleChangeCommand : AgentworksCommand
{
    /// <summary>Which console; several by a pattern.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument Console { get; set; } = null!;

    /// <summary>Also write the console.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected void Change(string console, object? input, Func<CancellationToken, Task<AgwConsole>> work) => ForInput(input ?? console, () =>
    {
        var changed = Await(work);
        if (PassThru)
        {
            WriteObject(changed);
        }
    });

    /// <summary>The names that are usable, patterns among them taken as patterns of the console's own sessions.</summary>
    private protected IEnumerable<string> Members(AgwConsole console, IEnumerable<SessionArgument> names)
    {
        foreach (var name in names)
        {
            if (name.GetProblem() is { } problem)
            {
                WriteFailure(problem, name.Input);
            }
            else if (name.IsPattern)
            {
                var pattern = WildcardPattern.Get(name.Name!, WildcardOptions.IgnoreCase);
                foreach (var member in console.Sessions.Where(member => pattern.IsMatch(member.Session)))
                {
                    yield return member.Session;
                }
            }
            else
            {
                yield return name.Name!;
            }
        }
    }
}
