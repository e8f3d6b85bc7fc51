using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Addresses to listen on.</summary>
internal sealed class LocalAddressCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) =>
        [("127.0.0.1", "This computer only"), ("0.0.0.0", "Also other computers, over IPv4"), ("::1", "This computer only, over IPv6")];
}
