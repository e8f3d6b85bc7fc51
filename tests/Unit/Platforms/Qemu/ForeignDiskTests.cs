using System.Text;
using Agentworks.Platforms.Qemu;

namespace Agentworks.Tests.Unit.Platforms.Qemu;

public sealed class ForeignDiskTests
{
    private const string Dependencies = """
        kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko kernel/crypto/base.ko
        kernel/crypto/crc32c_generic.ko:
        kernel/crypto/base.ko:
        kernel/fs/jbd2/jbd2.ko: kernel/crypto/base.ko
        kernel/fs/mbcache.ko:
        kernel/lib/crc16.ko:
        kernel/drivers/block/virtio_blk.ko.xz:
        kernel/drivers/char/virtio-rng.ko:
        kernel/drivers/net/virtio_net.ko.zst: kernel/net/failover.ko
        kernel/net/failover.ko:
        """;

    [Fact]
    public void WhatADriverNeedsIsLoadedBeforeItAndOnce()
    {
        var order = ForeignModules.Order(Dependencies, "kernel/drivers/virtio/virtio_pci.ko\nkernel/drivers/char/virtio_console.ko\n")!.Select(m => Path.GetFileName(m)!).ToList();

        Assert.Equal(order.Distinct(StringComparer.Ordinal), order);
        Before("base.ko", "jbd2.ko");
        Before("jbd2.ko", "ext4.ko");
        Before("crc16.ko", "ext4.ko");
        Before("crc32c_generic.ko", "ext4.ko");
        Before("failover.ko", "virtio_net.ko.zst");
        Assert.Contains("virtio-rng.ko", order);

        void Before(string one, string other) => Assert.InRange(order.IndexOf(one), 0, order.IndexOf(other) - 1);
    }

    [Fact]
    public void AKernelThatCannotFindItsDiskIsNotTaken() => Assert.Null(ForeignModules.Order(Dependencies, "kernel/drivers/virtio/virtio_pci.ko\n"));

    [Fact]
    public void PartitionsOfBothKindsOfTableAreFound()
    {
        var mbr = new byte[100 * 512];
        Put(mbr, 0, 0, 0x83, 2, 10);
        Put(mbr, 0, 1, 0x05, 20, 80);
        Put(mbr, 20, 0, 0x83, 1, 9);
        Put(mbr, 20, 1, 0x05, 30, 20);
        Put(mbr, 50, 0, 0x83, 2, 8);
        Put(mbr, 0, 2, 0x83, 90, 11);
        Assert.Equal([(2 * 512L, 10 * 512L), (21 * 512, 9 * 512), (52 * 512, 8 * 512)], Read(mbr));

        // A table that leads back to itself has an end all the same.
        Put(mbr, 50, 1, 0x05, 30, 20);
        Assert.NotEmpty(Read(mbr));

        var gpt = new byte[100 * 512];
        Put(gpt, 0, 0, 0xee, 1, 99);
        "EFI PART"u8.CopyTo(gpt.AsSpan(512));
        BitConverter.GetBytes(2L).CopyTo(gpt, 512 + 72);
        BitConverter.GetBytes(128).CopyTo(gpt, 512 + 80);
        BitConverter.GetBytes(128).CopyTo(gpt, 512 + 84);
        gpt[1024 + 128] = 1;
        BitConverter.GetBytes(40L).CopyTo(gpt, 1024 + 128 + 32);
        BitConverter.GetBytes(49L).CopyTo(gpt, 1024 + 128 + 40);
        Assert.Equal([(40 * 512L, 10 * 512L)], Read(gpt));
        BitConverter.GetBytes(long.MaxValue).CopyTo(gpt, 1024 + 128 + 40);
        Assert.Empty(Read(gpt));
        BitConverter.GetBytes(-1L).CopyTo(gpt, 512 + 72);
        Assert.Empty(Read(gpt));
        Assert.Empty(Read(new byte[512]));
        Assert.Empty(Read([]));

        static IReadOnlyList<(long Start, long Size)> Read(byte[] disk)
        {
            using var stream = new MemoryStream(disk);
            return PartitionTable.Read(stream);
        }

        static void Put(byte[] disk, int sector, int number, byte kind, uint start, uint count)
        {
            var entry = (sector * 512) + 446 + (16 * number);
            disk[entry + 4] = kind;
            BitConverter.GetBytes(start).CopyTo(disk, entry + 8);
            BitConverter.GetBytes(count).CopyTo(disk, entry + 12);
            (disk[(sector * 512) + 510], disk[(sector * 512) + 511]) = (0x55, 0xaa);
        }
    }

    [Fact]
    public void OnlyWhatIsInstalledCounts()
    {
        var installed = ForeignDisk.Installed("""
            Package: tmux
            Status: install ok installed
            Priority: optional
            Version: 3.3a-3
            Description: a: b

            Package: git
            Status: deinstall ok config-files
            Version: 1:2.39

            """.Split('\n'));

        Assert.Equal([new("tmux", "3.3a-3")], installed);
    }

    [Fact]
    public void AnArchiveIsPaddedAsTheKernelReadsIt()
    {
        using var output = new MemoryStream();
        var archive = new Cpio(output);
        archive.Add("a/b", "hello"u8.ToArray());
        archive.End();

        var text = Encoding.ASCII.GetString(output.ToArray());
        Assert.Equal(0, text.Length % 4);
        var content = text.IndexOf("hello", StringComparison.Ordinal);
        Assert.Equal(0, content % 4);
        Assert.Equal("00000005", text.Substring(6 + (6 * 8), 8));
        Assert.Equal("00000004", text.Substring(6 + (11 * 8), 8));
        Assert.Equal(content + 8, text.IndexOf("070701", 6, StringComparison.Ordinal));
    }
}
