using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of sessions, of the machine, workspace and agent on the line if there are any.</summary>
internal sealed class SessionCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        from session in engine.Sessions.List()
        where Fits(given, "Vm", session.Vm) && Fits(given, "Workspace", session.Workspace) && Fits(given, "Agent", session.Agent)
        select (session.Name, $"{session.Name} in {session.Workspace} on {session.Vm} as {session.Agent ?? "admin"}");
}
