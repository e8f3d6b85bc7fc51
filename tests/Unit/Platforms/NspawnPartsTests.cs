using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class NspawnPartsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("A1")]
    [InlineData("a b")]
    [InlineData("a-b")]
    [InlineData("12345678901234567")]
    public void WhatIsNoIdBecomesNoPath(string id) => Assert.Throws<ArgumentException>(() => new NspawnLayout("/r").For(id));

    [Fact]
    public void MountPointsAreReadWithTheirEscapes()
    {
        string[] lines =
        [
            @"36 35 98:0 / /mnt/with\040space rw,noatime master:1 - ext3 /dev/root rw",
            @"37 36 98:0 / /mnt/back\134slash rw shared:2 - ext3 /dev/root rw",
            "38 36 98:0 / /mnt/grün rw - ext3 /dev/root rw",
        ];

        Assert.Equal(["/mnt/with space", @"/mnt/back\slash", "/mnt/grün"], MountTable.Points(lines), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1", true)]
    [InlineData("   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000", true)]
    [InlineData("   0: 0100007F:0016 0100007F:C350 01 00000000:00000000 00:00000000 00000000 0 0 1 1", false)]
    [InlineData("   0: 00000000:0017 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1", false)]
    public void OnlyAListenerIsOne(string line, bool expected) =>
        Assert.Equal(expected, ListeningPorts.Has(["  sl  local_address rem_address   st tx_queue rx_queue", line], 22));

    [Fact]
    public void CapabilitiesAreSpelledForSetpriv() => Assert.Equal("-all,+cap_0,+cap_21,+cap_40", Capabilities.ToSetpriv((1UL << 40) | (1UL << 21) | 1));

    [Fact]
    public void AnImagesKeyFollowsAllItsInputs()
    {
        var inputs = new ImageInputs(["a", "b"], ["deb http://m bookworm main"], "finish", "amd64");
        ImageInputs[] others =
        [
            inputs with { Packages = ["a"] },
            inputs with { Sources = ["deb http://other bookworm main"] },
            inputs with { Finish = "other" },
            inputs with { Architecture = "arm64" },
        ];

        Assert.Equal(inputs.Key, (inputs with { Packages = ["a", "b"] }).Key);
        Assert.Matches("^[0-9a-f]{16}$", inputs.Key);
        Assert.Equal(5, others.Append(inputs).Select(i => i.Key).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void ProgressNeverGoesBackAndFollowsThePackages()
    {
        var sink = new Percents();
        var progress = new ImageProgress(sink);
        string[] lines =
        [
            "I: running apt-get update...", "Get:1 http://m bookworm InRelease", "I: downloading packages with apt...", "I: extracting archives...",
            "I: installing essential packages...", "I: installing remaining packages inside the chroot...",
            "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
            "Get:1 http://m a", "Get:2 http://m b", "Unpacking a (1) ...", "Unpacking b (1) ...", "Setting up a (1) ...", "Setting up b (1) ...",
            "I: cleaning package lists and apt cache...", "noise",
        ];

        Array.ForEach(lines, progress.Line);

        Assert.Equal(sink.Seen.Order(), sink.Seen);
        Assert.Equal(sink.Seen.Distinct(), sink.Seen);
        Assert.True(sink.Seen.Count > 8);
        Assert.InRange(sink.Seen[^1], 90, 99);
    }

    [LinuxFact]
    public void AProcessIsItselfOnlyWhileItsStartAndBootAgree()
    {
        var me = new HostProcess(Environment.ProcessId, LinuxProcess.StartOf(Environment.ProcessId)!.Value, LinuxProcess.BootId());

        Assert.True(me.IsAlive());
        Assert.False((me with { StartTicks = me.StartTicks + 1 }).IsAlive());
        Assert.False((me with { BootId = "another" }).IsAlive());
    }

    private sealed class Percents : IEventSink
    {
        public List<int> Seen { get; } = [];

        public void Report(EngineEvent engineEvent) => Seen.Add(((ProgressEvent)engineEvent).Percent!.Value);
    }
}
