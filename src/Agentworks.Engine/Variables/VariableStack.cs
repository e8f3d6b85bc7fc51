using Agentworks.Config;
using Agentworks.Model;

namespace Agentworks.Variables;

/// <summary>Variables from several sources, one over the other. Put them on from the weakest to the strongest.</summary>
public sealed class VariableStack
{
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public IReadOnlyList<Variable> Variables => [.. _variables.Values.OrderBy(variable => variable.Name, StringComparer.Ordinal)];

    public VariableStack Put(VariableSource source, IEnumerable<KeyValuePair<string, EnvironmentValue>> values)
    {
        foreach (var (name, value) in values)
        {
            _variables[name] = new Variable(name, value, source, _variables.TryGetValue(name, out var hidden) ? hidden.Overrides.Append(hidden.Source).ToArray() : []);
        }

        return this;
    }

    public VariableStack Put(VariableSource source, IEnumerable<KeyValuePair<string, string>> texts) =>
        Put(source, texts.Select(one => KeyValuePair.Create(one.Key, new EnvironmentValue(one.Value))));
}
