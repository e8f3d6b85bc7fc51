using System.Collections;
using System.Globalization;

namespace Agentworks.PowerShell.Completion;

/// <summary>Ports of this computer that are forwarded.</summary>
internal sealed class LocalPortCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.PortForwards.List().Select(forward => (forward.LocalPort.ToString(CultureInfo.InvariantCulture), $"{forward}: {forward.Status}"));
}
