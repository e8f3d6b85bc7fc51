using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of the platforms that machines can come from.</summary>
internal sealed class PlatformCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) =>
    [
        ("nspawn", "A container with systemd on this Linux computer; needs no account"),
        ("ssh", "An existing Debian machine, reached over ssh; see -Address"),
    ];
}
