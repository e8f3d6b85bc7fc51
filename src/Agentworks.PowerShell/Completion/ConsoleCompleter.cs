using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of consoles, of the machine on the line if there is one.</summary>
internal sealed class ConsoleCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        from console in engine.Consoles.List()
        where Fits(given, "Vm", console.Vm)
        select (console.Name, $"{console.Name} on {console.Vm}: {string.Join(", ", console.Sessions)}");
}
