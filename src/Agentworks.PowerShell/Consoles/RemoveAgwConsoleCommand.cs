using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes consoles. Their sessions go on.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwConsole", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwConsoleCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (console, input) in FindConsoles(Name))
        {
            if (Approves($"{console.Name} on {console.Vm}", "Remove console"))
            {
                ForInput(input, () => Await(stop => Engine.Consoles.RemoveAsync(console.Name, Sink, stop)));
            }
        }
    }
}
