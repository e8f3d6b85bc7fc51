using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>How machines can be reached.</summary>
internal sealed class NetworkCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) =>
        [("direct", "By its platform's own address"), ("tailscale", "It joins your tailnet")];
}
