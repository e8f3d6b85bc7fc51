namespace Agentworks.Config;

/// <summary>
/// [limits]: how much of this computer one operator's folder may take, over all of its processes. A key that is not set has the default, with and
/// without the section; 0 lifts a limit. Each bucket counts a call once, however many targets it has, so no single call is larger than its burst.
/// </summary>
public sealed record LimitsSection
{
    private const int Most = 1_000_000;

    /// <summary>Calls that make machines: New-AgwWorkspace -Isolated, and Copy-AgwWorkspace of such a one.</summary>
    public RateLimit Create { get; init; } = new(3, 5);

    /// <summary>Calls that run commands: Invoke-AgwCommand and Start-AgwJob.</summary>
    public RateLimit Exec { get; init; } = new(10, 60);

    /// <summary>All other calls that work in workspaces: on files, repositories, snapshots, variables, their network and their power.</summary>
    public RateLimit Default { get; init; } = new(20, 120);

    /// <summary>How many dedicated workspaces there may be, what memory and what disk they may have in all; 0: no limit. The defaults have room for 50 of the default size.</summary>
    public int MaxWorkspaces { get; init; } = 50;
    public int MaxMemoryMiB { get; init; } = 50 * 1024;
    public int MaxDiskGiB { get; init; } = 500;

    /// <summary>For hosts that keep limits of their own.</summary>
    public static LimitsSection None { get; } = new()
    {
        Create = new(1, 0),
        Exec = new(1, 0),
        Default = new(1, 0),
        MaxWorkspaces = 0,
        MaxMemoryMiB = 0,
        MaxDiskGiB = 0,
    };

    internal static LimitsSection Read(ConfigSection section)
    {
        var standard = new LimitsSection();
        var limits = new LimitsSection
        {
            Create = Rate("create", standard.Create),
            Exec = Rate("exec", standard.Exec),
            Default = Rate("default", standard.Default),
            MaxWorkspaces = section.Whole("max_workspaces", 0, Most) ?? standard.MaxWorkspaces,
            MaxMemoryMiB = section.Whole("max_memory_mib", 0, int.MaxValue) ?? standard.MaxMemoryMiB,
            MaxDiskGiB = section.Whole("max_disk_gib", 0, int.MaxValue) ?? standard.MaxDiskGiB,
        };
        section.Finish();
        return limits;

        RateLimit Rate(string name, RateLimit otherwise) =>
            new(section.Whole(name + "_burst", 1, Most) ?? otherwise.Burst, section.Whole(name + "_per_minute", 0, Most) ?? otherwise.PerMinute);
    }
}
