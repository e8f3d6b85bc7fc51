using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the sessions in the console on the line, or in any.</summary>
internal sealed class ConsoleMemberCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        (from console in engine.Consoles.List()
         where Fits(given, "Console", console.Name) && Fits(given, "Name", console.Name)
         from session in console.Sessions
         select (session.Session, $"{session.Session} in console {session.Console}, with {session.Shells.Count} shells"))
        .DistinctBy(value => value.Session, StringComparer.Ordinal);
}
