namespace Agentworks.Platforms.Qemu;

/// <summary>The disk is of others, and there is no initrd of ours yet to boot it with. It is never seen outside of <see cref="QemuBases"/>.</summary>
internal sealed class InitrdMissingException : Exception
{
    public InitrdMissingException()
        : base("There is no initrd yet.")
    {
    }
}
