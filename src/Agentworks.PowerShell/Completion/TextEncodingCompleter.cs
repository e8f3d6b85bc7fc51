using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of encodings.</summary>
internal sealed class TextEncodingCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) => TextEncodingAttribute.Names.Select(name => (name, name));
}
