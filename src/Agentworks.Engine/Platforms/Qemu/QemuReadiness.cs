using Agentworks.Ports;
using RuntimeArchitecture = System.Runtime.InteropServices.Architecture;
using RuntimeInformation = System.Runtime.InteropServices.RuntimeInformation;

namespace Agentworks.Platforms.Qemu;

/// <summary>Looks whether this computer can run QEMU machines for this user, without starting or changing anything.</summary>
internal static class QemuReadiness
{
    private static readonly (string Program, string Package)[] Needed =
    [
        ("qemu-system-x86_64", "qemu-system-x86"),
        ("qemu-img", "qemu-utils"),
        ("mmdebstrap", "mmdebstrap"),
        ("mke2fs", "e2fsprogs"),
        ("debugfs", "e2fsprogs"),
        ("ip", "iproute2"),
        ("nft", "nftables"),
        ("nsenter", "util-linux"),
        ("unshare", "util-linux"),
        ("setpriv", "util-linux"),
        ("setsid", "util-linux"),
        ("flock", "util-linux"),
        ("ssh", "openssh-client"),
        ("ssh-keygen", "openssh-client"),
        ("nc", "netcat-openbsd"),
    ];

    // The shortest path that a unix socket can have anywhere, less the longest name of ours below the root.
    private const int LongestRoot = 107 - 45;

    public static PlatformReadiness Check(IProcessRunner processes, QemuLayout layout, bool? kvm)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != RuntimeArchitecture.X64)
        {
            return new(false, "The platform qemu works on Linux on x86-64 only.", "Choose another platform, such as ssh for a machine that exists.");
        }

        // An ordinary user gets many ids by newuidmap.
        return PlatformPackages.Check("qemu", Environment.IsPrivilegedProcess ? Needed : [.. Needed, ("newuidmap", "uidmap")], processes)
            ?? CheckKernel() ?? CheckIds() ?? CheckRoot(layout) ?? PlatformPackages.CheckUplink(processes)
            ?? new(true, kvm switch
            {
                true => "Ready, with KVM.",
                false => "Ready. KVM does not work here, so machines are ten to twenty times slower than this computer.",
                null => "Ready. Whether KVM works is found out when the first machine starts.",
            });
    }

    /// <summary>User namespaces, in which every machine has a network of its own.</summary>
    private static PlatformReadiness? CheckKernel()
    {
        const string Limit = "/proc/sys/user/max_user_namespaces";
        const string Switch = "/proc/sys/kernel/unprivileged_userns_clone";
        const string AppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
        static string Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : string.Empty;
        if (Read(Limit) is "" or "0")
        {
            return new(false, "The kernel has no user namespaces.", "sysctl -w user.max_user_namespaces=16384");
        }

        return Environment.IsPrivilegedProcess ? null
            : Read(Switch) == "0" ? new(false, "This computer keeps user namespaces from ordinary users.", "sysctl -w kernel.unprivileged_userns_clone=1")
            : Read(AppArmor) == "1" ? new(false, "AppArmor keeps user namespaces from ordinary users.", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")
            : null;
    }

    /// <summary>An image has many users; an ordinary user needs that many ids.</summary>
    private static PlatformReadiness? CheckIds()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var user = Environment.UserName;
        string[] files = ["/etc/subuid", "/etc/subgid"];
        return Array.TrueForAll(files, f => File.Exists(f) && File.ReadLines(f).Any(l => l.StartsWith(user + ":", StringComparison.Ordinal))) ? null
            : new(false, $"The user {user} has no subordinate ids, which making an image takes.", $"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}");
    }

    private static PlatformReadiness? CheckRoot(QemuLayout layout) => layout.Root.Length <= LongestRoot ? null
        : new(false, $"The folder {layout.Root} has too long a path: sockets cannot be made in it.", "Set XDG_DATA_HOME to a shorter one.");
}
