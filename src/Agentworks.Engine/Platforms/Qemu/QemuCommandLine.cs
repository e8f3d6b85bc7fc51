using System.Globalization;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// What QEMU is started with. The machine has two disks, one network card, a source of randomness, a serial port and a channel for the agent
/// inside; nothing else of a computer is there to be attacked or to be waited for.
/// </summary>
internal sealed record QemuCommandLine
{
    /// <summary>The port of sshd, on the loopback of the network namespace that QEMU is alone in.</summary>
    public const int SshPort = 2222;

    public required QemuShape Shape { get; init; }
    public required string Name { get; init; }

    /// <summary>The disk's top layer.</summary>
    public required DiskLayer Disk { get; init; }

    public required string Kernel { get; init; }
    public required string Initrd { get; init; }

    /// <summary>What the machine says on its console when it is up.</summary>
    public required string Start { get; init; }

    public required QemuPaths Paths { get; init; }

    /// <summary>Where its memory comes from; null to boot.</summary>
    public string? Incoming { get; init; }

    public IReadOnlyList<string> ToArguments() =>
    [
        "-name", Escape(Name) + ",process=agw-" + Paths.Id,
        "-machine", "q35,usb=off,hpet=off,vmport=off,smm=off",
        "-accel", Shape.Kvm ? "kvm" : "tcg,thread=multi",
        "-cpu", Shape.Kvm ? "host,migratable=on" : "Nehalem",
        "-smp", Number(Shape.Cpus),
        "-m", Number(Shape.MemoryMiB),
        "-nodefaults", "-no-user-config", "-nographic", "-no-reboot",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        // Small firmware: with a kernel given, all it has to do is jump.
        "-bios", "bios-microvm.bin",
        "-kernel", Kernel, "-initrd", Initrd, "-append", KernelArguments(),
        "-rtc", "base=utc,clock=host",
        "-blockdev", Blockdev(Disk.Node, "qcow2", Disk.File, ",discard=unmap,detect-zeroes=unmap,file.discard=unmap"),
        "-device", "virtio-blk-pci,drive=" + Disk.Node,
        "-blockdev", Blockdev("seed", "raw", Paths.Seed, ",read-only=on"),
        "-device", "virtio-blk-pci,drive=seed",
        "-netdev", string.Create(CultureInfo.InvariantCulture, $"user,id=net,net=10.0.3.0/24,ipv6=off,hostfwd=tcp:127.0.0.1:{SshPort}-10.0.3.15:22"),
        "-device", "virtio-net-pci,netdev=net,romfile=",
        "-device", "virtio-rng-pci",
        "-device", "virtio-serial-pci",
        "-chardev", $"socket,id=guest,path={Escape(Paths.Guest)},server=on,wait=off",
        "-device", "virtserialport,chardev=guest,name=org.qemu.guest_agent.0",
        "-chardev", $"socket,id=control,path={Escape(Paths.Control)},server=on,wait=off",
        "-mon", "chardev=control,mode=control",
        "-chardev", $"file,id=console,path={Escape(Paths.Console)}.pipe",
        "-serial", "chardev:console",
        .. Incoming is null ? Array.Empty<string>() : ["-incoming", "unix:" + Incoming],
    ];

    private string KernelArguments() =>
        "console=ttyS0 quiet loglevel=3 panic=-1 nowatchdog audit=0 8250.nr_uarts=1 random.trust_cpu=on "
        // What only a translated processor gains by; and its clock is not to be believed.
        + (Shape.Kvm ? string.Empty : "mitigations=off no_timer_check ")
        + "agentworks.start=" + Start;

    private static string Blockdev(string name, string format, string file, string more) =>
        $"driver={format},node-name={name},file.driver=file,file.filename={Escape(file)}{more}";

    // In QEMU's lists a comma is written twice.
    private static string Escape(string text) => text.Replace(",", ",,", StringComparison.Ordinal);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
