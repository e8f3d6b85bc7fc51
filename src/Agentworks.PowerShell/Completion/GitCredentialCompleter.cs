using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of git credentials: those that machines hold and those of the configuration.</summary>
internal sealed class GitCredentialCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Config.Load().GitCredentials.Values.Select(one => (one.Name, one.Description))
            .Concat(engine.GitCredentials.List().Select(one => (one.Name, Tip: $"{one.Host}/{one.Path}")))
            .DistinctBy(one => one.Name, StringComparer.Ordinal);
}
