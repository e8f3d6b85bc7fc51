namespace Agentworks.Platforms;

/// <summary>A platform that keeps what its machines and their hypervisor write. Logs outlive a crash of the machine; they go with it.</summary>
public interface IMachineLogs
{
    /// <summary>The files of a kind of log, the oldest first; none: there is no such log. They may be written to meanwhile.</summary>
    IReadOnlyList<string> FilesOf(PlatformMachine machine, MachineLogKind kind);
}
