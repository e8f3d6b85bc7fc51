using Agentworks.Config;
using Agentworks.Model;

namespace Agentworks.Variables;

/// <summary>A variable of one place, and what it hides.</summary>
public sealed record Variable(string Name, EnvironmentValue Value, VariableSource Source, IReadOnlyList<VariableSource> Overrides);
