namespace Agentworks.Config;

/// <summary>
/// [limits]: how much of this computer one operator's folder may take, for scheduled and delegated use. Without the section nothing is limited:
/// an operator at a prompt needs no guard against themselves. With it, a key that is not set has the guide's number.
/// </summary>
public sealed record LimitsSection
{
    private const int Most = 1_000_000;

    /// <summary>Calls that make machines: New-AgwWorkspace -Isolated, and Copy-AgwWorkspace of such a one.</summary>
    public RateLimit Create { get; init; } = Unlimited;

    /// <summary>Calls that run commands: Invoke-AgwCommand and Start-AgwJob, each once, however many targets it has.</summary>
    public RateLimit Exec { get; init; } = Unlimited;

    /// <summary>How many dedicated workspaces there may be, what memory and what disk they may have in all; 0: no limit.</summary>
    public int MaxWorkspaces { get; init; }
    public int MaxMemoryMiB { get; init; }
    public int MaxDiskGiB { get; init; }

    internal static RateLimit Unlimited { get; } = new(1, 0);

    internal static LimitsSection Read(ConfigSection section)
    {
        var limits = new LimitsSection
        {
            Create = new RateLimit(section.Whole("create_burst", 1, Most) ?? 3, section.Whole("create_per_minute", 0, Most) ?? 5),
            Exec = new RateLimit(section.Whole("exec_burst", 1, Most) ?? 10, section.Whole("exec_per_minute", 0, Most) ?? 60),
            MaxWorkspaces = section.Whole("max_workspaces", 0, Most) ?? 20,
            MaxMemoryMiB = section.Whole("max_memory_mib", 0, int.MaxValue) ?? 0,
            MaxDiskGiB = section.Whole("max_disk_gib", 0, int.MaxValue) ?? 0,
        };
        section.Finish();
        return limits;
    }
}
