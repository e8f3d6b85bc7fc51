namespace Agentworks.Dedicated;

/// <summary>The size of a dedicated workspace whose operator named none.</summary>
public static class DedicatedDefaults
{
    public const int Cpus = 2;
    public const int MemoryMiB = 1024;
    public const int DiskGiB = 10;
}
