using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Looks whether this computer can be a home for nspawn machines, without starting or changing anything.</summary>
internal static class NspawnReadiness
{
    private static readonly (string Program, string Package)[] Needed =
    [
        ("systemd-nspawn", "systemd-container"),
        ("mmdebstrap", "mmdebstrap"),
        ("mkfs.btrfs", "btrfs-progs"),
        ("btrfs", "btrfs-progs"),
        ("ip", "iproute2"),
        ("nsenter", "util-linux"),
        ("unshare", "util-linux"),
        ("setsid", "util-linux"),
        ("perl", "perl-base"),
        ("flock", "util-linux"),
        ("mount", "mount"),
        ("umount", "mount"),
        ("losetup", "mount"),
        ("ssh", "openssh-client"),
        ("ssh-keygen", "openssh-client"),
        ("nc", "netcat-openbsd"),
    ];

    private static readonly string[] FileSystems = ["overlay", "btrfs"];

    public static PlatformReadiness Check(IProcessRunner processes)
    {
        var privileges = CheckPrivileges();
        if (!privileges.Ready)
        {
            return privileges;
        }

        if (PlatformPackages.Check("nspawn", Needed, processes) is { } missing)
        {
            return missing;
        }

        // Only isolated workspaces need them.
        (string Program, string Package)[] network = [.. new[] { ("nft", "nftables"), ("dnsmasq", "dnsmasq-base") }.Where(n => processes.Find(n.Item1) is null)];
        if (network.Length > 0 && CheckKernel() is null)
        {
            return new(
                true,
                $"Ready, but isolated workspaces {(network[0].Program == "nft" ? "cannot be made" : "reach no names")}: {string.Join(" and ", network.Select(n => n.Program))} missing.",
                "apt-get install " + string.Join(' ', network.Select(n => n.Package)));
        }

        return CheckKernel() ?? PlatformPackages.CheckUplink(processes)
            ?? new(true, "Ready. CPU and memory are limited for machines of isolated workspaces, and not for those that New-AgwVm makes.");
    }

    /// <summary>Linux, root, and root's own powers: in many containers it lacks those that mounts and namespaces take.</summary>
    public static PlatformReadiness CheckPrivileges()
    {
        if (!OperatingSystem.IsLinux())
        {
            return new(false, "The platform nspawn works on Linux only.", "Choose another platform, such as ssh for a machine that exists.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return new(false, "The platform nspawn needs root: it mounts file systems and makes namespaces.", "sudo pwsh");
        }

        const ulong Needs = (1UL << 21) | (1UL << 12);
        return (Capabilities.Effective() & Needs) == Needs
            ? new(true, "Ready.")
            : new(false, "Root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN here, as in most containers.", "Run on the computer itself, or in a privileged container.");
    }

    private static PlatformReadiness? CheckKernel()
    {
        var known = File.ReadLines("/proc/filesystems").Select(l => l.Split('\t')[^1]).ToHashSet(StringComparer.Ordinal);
        var absent = FileSystems.FirstOrDefault(f => !known.Contains(f) && !IsModule(f));
        if (absent is not null)
        {
            return new(false, $"The kernel has no {absent} file system, neither built in nor as a module.", "Run a kernel that has it, such as Debian's own.");
        }

        return File.Exists("/dev/loop-control") || IsModule("loop")
            ? null
            : new(false, "The kernel has no loop devices: /dev/loop-control is missing.", "modprobe loop");
    }

    // mount loads it on first use.
    private static bool IsModule(string name)
    {
        var release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var list = $"/lib/modules/{release}/modules.dep";
        return File.Exists(list) && File.ReadLines(list).Any(l => l.Split(':')[0].Contains($"/{name}.ko", StringComparison.Ordinal));
    }
}
