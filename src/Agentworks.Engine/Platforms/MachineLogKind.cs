namespace Agentworks.Platforms;

/// <summary>Whose words: the machine's console, the program that runs the machine, or its way to the network.</summary>
public enum MachineLogKind
{
    Console,
    Hypervisor,
    Network,
}
