using System.Collections;
using Agentworks.Commands;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of signals.</summary>
internal sealed class SignalCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) => SignalName.All.Select(name => (name, $"SIG{name}"));
}
