using Agentworks.State.Rows;

namespace Agentworks.Consoles;

/// <summary>A console's definition and its machine.</summary>
public sealed record ConsolePlan(VmRow Vm, ConsoleDefinition Definition);
