namespace Agentworks.Model;

/// <summary>Whose words a log of a machine has.</summary>
public enum MachineLog
{
    /// <summary>The machine's console, from its boot on.</summary>
    Console,

    /// <summary>The program that runs the machine.</summary>
    Hypervisor,

    /// <summary>The machine's sshd.</summary>
    Ssh,

    /// <summary>The programs that are its way to the network.</summary>
    Network,
}
