using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Platforms.Qemu;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>The disk of a Debian with which we had nothing to do.</summary>
public sealed partial class QemuPlatformTests
{
    private IImageStore Images => one.Platform;

    [QemuFact(needs: "sfdisk")]
    public async Task ADiskOfOthersIsImportedAndItsMachinesAreLikeOurs()
    {
        using var folder = new TemporaryFolder();
        var file = await MakeDiskAsync(folder.Path);
        var name = "foreign-" + Guid.NewGuid().ToString("N")[..8];
        var before = Traces();
        var wrong = new ImageRequest { Name = name, File = file, Digest = new string('0', 64) };
        await Assert.ThrowsAsync<InvalidRequestException>(() => Images.EnsureImageAsync(wrong, NullEventSink.Instance, CancellationToken.None));
        Assert.Equal(before, Traces());
        Assert.DoesNotContain(await Images.ListImagesAsync(CancellationToken.None), image => image.Name == name);

        var digest = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file))).ToLowerInvariant();
        var image = await Images.EnsureImageAsync(wrong with { Digest = digest }, NullEventSink.Instance, CancellationToken.None);
        try
        {
            Assert.Equal(digest, image.Digest);
            Assert.Contains(await Images.ListPackagesAsync(name, CancellationToken.None), package => package.StartsWith("qemu-guest-agent ", StringComparison.Ordinal));

            var machine = await one.Platform.CreateAsync(one.NewSpec("foreign") with { Image = name }, new ListJournal(), NullEventSink.Instance, CancellationToken.None);
            await one.Platform.StartAsync(machine, NullEventSink.Instance, CancellationToken.None);

            // Its own kernel, and all that a workspace is made of.
            Assert.Equal("same", await one.ReadAsync(machine, "[ -e \"/boot/vmlinuz-$(uname -r)\" ] && [ ! -e /boot/agentworks.kernel ] && echo same"));
            Assert.Equal(machine.Spec.HostName, await one.ReadAsync(machine, "hostname"));
            Assert.Equal("workspace", await one.ReadAsync(machine, "stat -c %U /workspace"));
            Assert.Equal("one mount", await one.ReadAsync(machine, "[ ! -s /etc/fstab ] && grep -q PARTUUID /etc/fstab.imported && [ \"$(grep -c ext4 /proc/mounts)\" = 1 ] && echo one mount"));
            Assert.Equal("0", await one.ReadAsync(machine, "systemctl --failed --no-legend | grep -c . || true"));
            Assert.InRange(int.Parse(await one.ReadAsync(machine, "df -BM --output=size / | tail -1 | tr -dc 0-9"), System.Globalization.CultureInfo.InvariantCulture), 20 * 1024, 21 * 1024);

            // The agent inside is there: it holds the disk still.
            var snapshot = NewSnapshot();
            await Disks.SnapshotAsync(machine, snapshot, memory: false, new ListJournal(), CancellationToken.None);
            await DropAsync();
            await one.Platform.RemoveAsync(machine, CancellationToken.None);
        }
        finally
        {
            await Images.RemoveImageAsync(name, CancellationToken.None);
        }

        Assert.DoesNotContain(QemuBases.KeyOfImport(digest), Traces());
    }

    [QemuFact]
    public async Task WhatIsNoMachineIsRefusedAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "disk.raw");
        await File.WriteAllBytesAsync(file, new byte[1 << 20]);
        var before = Traces();
        var request = new ImageRequest { Name = "no-machine", File = file, Digest = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file))) };

        await Assert.ThrowsAsync<InvalidRequestException>(() => Images.EnsureImageAsync(request, NullEventSink.Instance, CancellationToken.None));

        Assert.Equal(before, Traces());
    }

    private string[] Traces() => [.. new[] { one.Layout.Bases, one.Layout.Layers, one.Layout.Images, one.Layout.Machines }
        .Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Where(e => !e.EndsWith(".lock", StringComparison.Ordinal)).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    /// <summary>What is left for us to bring is little, for it is installed in a translated machine: the agent inside, and another package.</summary>
    private async Task<string> MakeDiskAsync(string folder)
    {
        string[] packages = ["systemd-sysv", "openssh-server", "linux-image-cloud-amd64", "sudo", "dbus", "libpam-systemd", "iproute2", "tmux", "git", "btrfs-progs", "procps", "ca-certificates", "zstd", "libglib2.0-0", "liburing2"];
        var inputs = new ImageInputs(packages, AptSources.Detect(), "true", "amd64");
        var limit = new ProcessOptions(Timeout: TimeSpan.FromMinutes(15), Environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["TMPDIR"] = "/var/tmp" });
        string[] mode = [Environment.IsPrivilegedProcess ? "--mode=root" : "--mode=unshare", "--format=tar"];
        Check(await one.Processes.RunAsync("mmdebstrap", [.. mode, .. ImageBuild.Arguments(inputs, Path.Combine(folder, "root.tar"))], limit, CancellationToken.None));
        string[] root = Environment.IsPrivilegedProcess ? [] : ["unshare", "--map-root-user", "--map-auto"];
        string[] command = [.. root, "/bin/sh", Path.Combine(AppContext.BaseDirectory, "Platforms", "foreign-image.sh"), folder, "gpt"];
        Check(await one.Processes.RunAsync(command[0], command[1..], limit, CancellationToken.None));
        return Path.Combine(folder, "disk.qcow2");

        static void Check(ProcessResult result) => Assert.True(result.Succeeded, result.Error);
    }
}
