namespace Agentworks.Platforms.Qemu;

/// <summary>The virtual hardware of a machine. A memory is taken up only by a machine of the same shape.</summary>
/// <param name="Kvm">Whether the processor runs its instructions itself; else they are translated.</param>
internal sealed record QemuShape(bool Kvm, int Cpus, int MemoryMiB)
{
    public const int DefaultCpus = 2;
    public const int DefaultMemoryMiB = 1024;

    public static QemuShape Of(MachineSpec spec, bool kvm) => new(kvm, spec.Cpus ?? DefaultCpus, spec.MemoryMiB ?? DefaultMemoryMiB);
}
