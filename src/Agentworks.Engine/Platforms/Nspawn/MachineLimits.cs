using System.Globalization;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// What a dedicated machine may take of this computer: processors, memory, processes, and no devices but those that every container has.
/// Control groups of version 1 or 2, whichever holds a controller here; where systemd owns the tree it is asked instead.
/// </summary>
internal sealed class MachineLimits(string id)
{
    private const string Mounts = "/sys/fs/cgroup";
    private const int Period = 100_000;
    private const int MaximumProcesses = 16_384;

    private static readonly string[] Controllers = ["cpu", "memory", "pids", "devices"];

    private static readonly string[] Devices =
    [
        "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:229 rwm",
    ];

    /// <summary>Whether both processors and memory can be limited here.</summary>
    public static bool AreEnforced => MachineCgroup.SystemdOwnsTree || (Has("cpu") && Has("memory"));

    /// <summary>Its groups in hierarchies of version 1; the one of version 2 is the machine's own.</summary>
    public IReadOnlyList<string> Folders => MachineCgroup.SystemdOwnsTree ? [] :
        [.. Controllers.Where(IsVersion1).Select(c => Path.Combine(Mounts, c, "agentworks", id))];

    public IReadOnlyList<string> JoinFiles => [.. Folders.Where(Directory.Exists).Select(f => Path.Combine(f, "cgroup.procs"))];

    private string Unified => Path.Combine(Mounts, "agentworks", id);

    /// <summary>For systemd-run, where systemd owns the tree.</summary>
    public static IEnumerable<string> Properties(int? cpus, int? memoryMiB)
    {
        if (cpus is { } count)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--property=CPUQuota={count * 100}%");
        }

        if (memoryMiB is { } mib)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--property=MemoryMax={mib}M");
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"--property=TasksMax={MaximumProcesses}");
    }

    /// <summary>Makes the groups with their limits, before the machine joins them. They may be set again while it runs.</summary>
    public void Set(int? cpus, int? memoryMiB)
    {
        foreach (var folder in Folders)
        {
            Directory.CreateDirectory(folder);
        }

        var quota = cpus is { } count ? (count * Period).ToString(CultureInfo.InvariantCulture) : null;
        var bytes = memoryMiB is { } mib ? (mib * 1024L * 1024).ToString(CultureInfo.InvariantCulture) : null;
        Write("cpu", "cpu.cfs_period_us", Period.ToString(CultureInfo.InvariantCulture), "cpu.cfs_quota_us", quota ?? "-1");
        Write("memory", "memory.limit_in_bytes", bytes ?? "-1");
        Write("pids", "pids.max", MaximumProcesses.ToString(CultureInfo.InvariantCulture));
        if (!IsVersion1("cpu") && Directory.Exists(Unified))
        {
            Enable(Mounts);
            Enable(Path.GetDirectoryName(Unified)!);
            WriteIfThere(Path.Combine(Unified, "cpu.max"), $"{quota ?? "max"} {Period.ToString(CultureInfo.InvariantCulture)}");
            WriteIfThere(Path.Combine(Unified, "memory.max"), bytes ?? "max");
            WriteIfThere(Path.Combine(Unified, "pids.max"), MaximumProcesses.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Nothing in it may open this computer's disks. Only before it starts: the list is made anew.</summary>
    public void CloseDevices()
    {
        var folder = Path.Combine(Mounts, "devices", "agentworks", id);
        if (!MachineCgroup.SystemdOwnsTree && IsVersion1("devices") && Directory.Exists(folder))
        {
            File.WriteAllText(Path.Combine(folder, "devices.deny"), "a");
            foreach (var device in Devices)
            {
                File.WriteAllText(Path.Combine(folder, "devices.allow"), device);
            }
        }
    }

    public void Remove()
    {
        foreach (var folder in Folders.Where(Directory.Exists))
        {
            MachineCgroup.Delete(folder);
        }
    }

    private void Write(string controller, params string[] values)
    {
        var folder = Path.Combine(Mounts, controller, "agentworks", id);
        for (var i = 0; Directory.Exists(folder) && IsVersion1(controller) && i < values.Length; i += 2)
        {
            WriteIfThere(Path.Combine(folder, values[i]), values[i + 1]);
        }
    }

    private static void Enable(string folder)
    {
        foreach (var controller in new[] { "+cpu", "+memory", "+pids" })
        {
            try
            {
                WriteIfThere(Path.Combine(folder, "cgroup.subtree_control"), controller);
            }
            catch (IOException)
            {
                // Not here; what cannot be limited is told by AreEnforced.
            }
        }
    }

    private static void WriteIfThere(string file, string text)
    {
        if (File.Exists(file))
        {
            File.WriteAllText(file, text);
        }
    }

    private static bool Has(string controller) => IsVersion1(controller) ||
        (File.Exists(Path.Combine(Mounts, "cgroup.controllers")) && File.ReadAllText(Path.Combine(Mounts, "cgroup.controllers")).Split((char[]?)null).Contains(controller, StringComparer.Ordinal));

    private static bool IsVersion1(string controller) => File.Exists(Path.Combine(Mounts, controller, "cgroup.procs"));
}
