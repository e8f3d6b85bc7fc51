using System.Collections;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell.Completion;

/// <summary>Completes from the engine's own records.</summary>
internal abstract class EngineCompleter : ValueCompleter
{
    private protected sealed override IEnumerable<(string Text, string Tip)> Values(IDictionary given)
    {
        using var lease = EngineHost.Rent();
        return [.. Values(lease.Engine, given)];
    }

    private protected abstract IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given);

    /// <summary>Whether the line names another one already by that parameter, so that this value cannot be meant.</summary>
    private protected static bool Fits(IDictionary given, string parameter, string? value) =>
        given[parameter] is not string named || System.Management.Automation.WildcardPattern.ContainsWildcardCharacters(named)
        || string.Equals(named, value, StringComparison.OrdinalIgnoreCase);
}
