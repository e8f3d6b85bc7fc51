using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of VM hosts.</summary>
internal sealed class VmHostCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.VmHosts.List().Select(host => (host.Name, $"{host.Name}: {host.Address}, {host.System ?? "unknown"}"));
}
