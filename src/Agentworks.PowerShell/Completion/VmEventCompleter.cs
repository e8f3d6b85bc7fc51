using System.Collections;
using Agentworks.History;

namespace Agentworks.PowerShell.Completion;

/// <summary>The names of events.</summary>
internal sealed class VmEventCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) => VmEventNames.All.Select(name => (name, name));
}
