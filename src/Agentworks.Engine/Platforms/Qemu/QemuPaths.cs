namespace Agentworks.Platforms.Qemu;

/// <summary>The files of one machine.</summary>
public sealed record QemuPaths(string Id, string Folder)
{
    /// <summary>What the machine is: the first file to come and the last to go.</summary>
    public string Record => Path.Combine(Folder, "machine.json");

    /// <summary>Beside the folder, because it goes last.</summary>
    public string Lock => Folder + ".lock";

    /// <summary>A tar of what must be this machine's alone; its second disk.</summary>
    public string Seed => Path.Combine(Folder, "seed.tar");

    /// <summary>The public host key as it was made, out of the machine's own reach.</summary>
    public string HostKey => Path.Combine(Folder, "host_key.pub");

    /// <summary>Our own key to the machine's root.</summary>
    public string RootKey => Path.Combine(Folder, "root_key");

    public string KnownHosts => Path.Combine(Folder, "known_hosts");

    /// <summary>The identity of the qemu process.</summary>
    public string Run => Path.Combine(Folder, "qemu.run");

    public string Log => Path.Combine(Folder, "qemu.log");

    /// <summary>Rotated to a second file beside it.</summary>
    public string Console => Path.Combine(Folder, "console.log");

    public string OldConsole => Console + ".1";

    /// <summary>QEMU's control socket.</summary>
    public string Control => Path.Combine(Folder, "qmp.sock");

    /// <summary>The socket of the agent inside.</summary>
    public string Guest => Path.Combine(Folder, "guest.sock");

    /// <summary>Where memory is written to and read from.</summary>
    public string Memory => Path.Combine(Folder, "memory.sock");

    /// <summary>There while its file systems are held still: the identity of the process that does, which is to let them go.</summary>
    public string Still => Path.Combine(Folder, "still");

    /// <summary>The identity of the slirp4netns process.</summary>
    public string UplinkRun => Path.Combine(Folder, "uplink.run");

    public string UplinkLog => Path.Combine(Folder, "uplink.log");
    public string UplinkReady => Path.Combine(Folder, "uplink.ready");

    /// <summary>The rules in force.</summary>
    public string UplinkRecord => Path.Combine(Folder, "uplink.json");

    /// <summary>The identity of the dnsmasq process.</summary>
    public string ResolverRun => Path.Combine(Folder, "resolver.run");

    public string ResolverLog => Path.Combine(Folder, "resolver.log");
    public string ResolverConfig => Path.Combine(Folder, "resolver.conf");
}
