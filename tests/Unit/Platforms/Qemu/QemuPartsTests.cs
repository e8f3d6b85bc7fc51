using System.Buffers.Binary;
using System.Text;
using Agentworks.Errors;
using Agentworks.Platforms;
using Agentworks.Platforms.Qemu;
using Agentworks.Ports;

namespace Agentworks.Tests.Unit.Platforms.Qemu;

public sealed class QemuPartsTests
{
    private static readonly MachineSpec Spec = new() { Id = "m1", Name = "dev", HostName = "dev", OwnerTag = "t", WorkspacesPath = "/srv/w" };

    [Fact]
    public void SizesAreTheMachines()
    {
        var arguments = Line(QemuShape.Of(Spec with { Cpus = 3, MemoryMiB = 700 }, kvm: false)).ToArguments();

        Assert.Equal("3", After(arguments, "-smp"));
        Assert.Equal("700", After(arguments, "-m"));
        Assert.StartsWith("tcg", After(arguments, "-accel"), StringComparison.Ordinal);
        Assert.Equal("kvm", After(Line(QemuShape.Of(Spec, kvm: true)).ToArguments(), "-accel"));
        Assert.DoesNotContain("-incoming", arguments);
    }

    [Fact]
    public void ACommaInANameOrPathAddsNoOption()
    {
        var line = Line(QemuShape.Of(Spec, kvm: false)) with { Name = "a,id=x", Disk = new DiskLayer("l", "/a,b/l.qcow2") };

        Assert.StartsWith("a,,id=x,", After(line.ToArguments(), "-name"), StringComparison.Ordinal);
        Assert.Contains(line.ToArguments(), a => a.Contains("file.filename=/a,,b/l.qcow2,", StringComparison.Ordinal));
    }

    [Fact]
    public void NothingLeadsOutButItsOwnSshd()
    {
        var network = After(Line(QemuShape.Of(Spec, kvm: false)).ToArguments(), "-netdev");

        Assert.Contains("hostfwd=tcp:127.0.0.1:", network, StringComparison.Ordinal);
        Assert.Contains("ipv6=off", network, StringComparison.Ordinal);
    }

    [Fact]
    public void RulesThatCannotBeEnforcedAreRefused()
    {
        var platform = new QemuPlatform(new ProcessRunner(), TimeProvider.System, "/nonexistent");

        platform.Validate(Spec with { Network = NetworkRules.Closed });
        platform.Validate(Spec with { Network = NetworkRules.Closed with { AllowInternet = true } });
        Assert.Throws<NotSupportedByPlatformException>(() => platform.Validate(Spec with { Network = NetworkRules.Closed with { AllowInterVm = true } }));
        platform.Validate(Spec with { Network = NetworkRules.Closed with { AllowInternet = true, AllowedHosts = ["example.org"] } });
        Assert.Throws<InvalidRequestException>(() => platform.Validate(Spec with { MemoryMiB = 16 }));
    }

    [Fact]
    public void AMachineThatRunsCanBecomeOneWithALargerDiskAndNoOther()
    {
        var platform = new QemuPlatform(new ProcessRunner(), TimeProvider.System, "/nonexistent");
        var waits = Spec with { Cpus = 2, MemoryMiB = 512, DiskGiB = 4 };

        Assert.True(platform.CanReshape(waits, waits with { DiskGiB = 5, Name = "other" }));
        Assert.False(platform.CanReshape(waits, waits with { DiskGiB = 3 }));
        Assert.False(platform.CanReshape(waits, waits with { Cpus = 1 }));
        Assert.False(platform.CanReshape(waits, waits with { MemoryMiB = 513 }));

        // Without a word on it both have the same.
        Assert.True(platform.CanReshape(Spec, Spec with { Cpus = QemuShape.DefaultCpus, MemoryMiB = QemuShape.DefaultMemoryMiB }));
    }

    [Fact]
    public void OnlyWhatIsAllowedIsAcceptedAndThisComputerNever()
    {
        System.Net.IPAddress[] own = [System.Net.IPAddress.Parse("203.0.113.9")];
        var open = NetworkRules.Closed with { AllowInternet = true };
        var all = Text(open);
        var networks = Text(open with { AllowedHosts = ["192.0.2.0/24", "10.0.0.0/8"] });
        var names = Text(open with { AllowedHosts = ["example.org"] });

        Assert.Contains(all, l => l.StartsWith("ip daddr != {", StringComparison.Ordinal) && l.Contains("203.0.113.9/32", StringComparison.Ordinal) && l.Contains("169.254.0.0/16", StringComparison.Ordinal));
        Assert.Contains("oifname tap0 ip daddr 10.0.2.3 meta l4proto { tcp, udp } th dport 53 accept", all);

        // No names: then no questions either, although the resolver is in a network that is allowed.
        Assert.DoesNotContain(networks, l => l.Contains("dport 53", StringComparison.Ordinal));
        Assert.True(networks.IndexOf("ip daddr 10.0.2.3 goto refuse") < networks.IndexOf("oifname tap0 jump outbound"));
        Assert.DoesNotContain(networks.Concat(all), l => l.Contains("redirect", StringComparison.Ordinal));

        // Some names: none but our resolver asks.
        Assert.Equal("oifname tap0 ip daddr 10.0.2.3 udp sport 54 udp dport 53 accept", names.Single(l => l.Contains("ip daddr 10.0.2.3", StringComparison.Ordinal) && l.EndsWith("dport 53 accept", StringComparison.Ordinal)));
        Assert.All(new[] { all, networks, names }, text => Assert.Equal(2, text.Count(l => l.EndsWith("policy drop;", StringComparison.Ordinal))));

        List<string> Text(NetworkRules rules) => [.. new UplinkRules(rules.Normalize(), own).Write(null).Split('\n')];
    }

    [Fact]
    public void Lz4IsUnpackedWithLiteralsMatchesAndLongRuns()
    {
        // "abc", then 300 times what lies three bytes back, then "xyz".
        byte[] block = [0x3f, (byte)'a', (byte)'b', (byte)'c', 3, 0, 255, 26, 0x30, (byte)'x', (byte)'y', (byte)'z'];

        Assert.Equal(string.Concat(Enumerable.Repeat("abc", 101)) + "xyz", Unpack(block));
    }

    [Fact]
    public void DamagedLz4IsAnErrorOfItsOwn()
    {
        Assert.Throws<InvalidDataException>(() => Unpack([0x3f, (byte)'a']));
        Assert.Throws<InvalidDataException>(() => Unpack([0x10, (byte)'a', 9, 0, 0]));
        Assert.Throws<InvalidDataException>(() => Lz4.Unpack("nothing"u8, Stream.Null));
    }

    private static string Unpack(byte[] block)
    {
        var packed = new byte[8 + block.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(packed, 0x184C2102);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(4), block.Length);
        block.CopyTo(packed, 8);
        using var output = new MemoryStream();
        Lz4.Unpack(packed, output);
        return Encoding.ASCII.GetString(output.ToArray());
    }

    private static QemuCommandLine Line(QemuShape shape) => new()
    {
        Shape = shape,
        Name = "dev",
        Disk = new DiskLayer("0123456789ab", "/l/0123456789ab.qcow2"),
        Kernel = "/b/kernel",
        Initrd = "/b/initrd",
        Start = "1",
        Paths = new QemuLayout("/r").For("m1"),
    };

    private static string After(IReadOnlyList<string> arguments, string option) => arguments[arguments.ToList().IndexOf(option) + 1];
}
