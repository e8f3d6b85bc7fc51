using System.Security.Cryptography;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>Makes of a file the parts of a base: a raw disk without partitions, a packed kernel, an initrd, and a list of packages.</summary>
internal sealed class DiskImport(HostCommands commands)
{
    private static readonly byte[] Qcow = [(byte)'Q', (byte)'F', (byte)'I', 0xfb];

    /// <param name="file">Whose digest was said.</param>
    /// <param name="digest">SHA-256 in hex.</param>
    /// <param name="initrd">That of a base of ours; null where there is none.</param>
    /// <param name="folder">Where the parts go.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidRequestException">It is not what was said, or no disk that can be a machine's.</exception>
    /// <exception cref="InitrdMissingException">It takes the initrd.</exception>
    public async Task TakeAsync(string file, string digest, string? initrd, string folder, CancellationToken cancellationToken)
    {
        // The copy is what is hashed: nobody can change it in between.
        var copy = Path.Combine(folder, "copy");
        File.Copy(file, copy);
        var stream = File.OpenRead(copy);
        string found;
        await using (stream.ConfigureAwait(false))
        {
            found = Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
        }

        if (found != digest)
        {
            throw new InvalidRequestException($"{file} is not what was asked for: its SHA-256 is {found}.") { Target = file };
        }

        var raw = Path.Combine(folder, "whole.raw");
        var format = await FormatAsync(copy, cancellationToken).ConfigureAwait(false);
        var converted = await commands.RunAsync("qemu-img", ["convert", "-f", format, "-O", "raw", copy, raw], QemuBases.Long, cancellationToken).ConfigureAwait(false);
        if (!converted.Succeeded)
        {
            throw new InvalidRequestException($"{file} cannot be read: {HostCommands.Tail(converted.Error)}") { Target = file };
        }

        File.Delete(copy);
        if (await IsOursAsync(raw, folder, cancellationToken).ConfigureAwait(false))
        {
            File.Move(raw, Path.Combine(folder, "disk.raw"));
            return;
        }

        await new ForeignDisk(commands, file, raw).TakeAsync(initrd, folder, cancellationToken).ConfigureAwait(false);
        File.Delete(raw);
    }

    /// <summary>One that this platform made has no partitions, and all that boots it in it.</summary>
    private async Task<bool> IsOursAsync(string raw, string folder, CancellationToken cancellationToken)
    {
        var whole = new Ext4(commands, raw, 0);
        if (!whole.IsThere)
        {
            return false;
        }

        var parts = new[] { ("kernel", "packed"), ("initrd", "initrd"), ("packages", "packages") };
        await whole.DumpAsync(parts.Select(p => ($"/boot/agentworks.{p.Item1}", Path.Combine(folder, p.Item2))), cancellationToken).ConfigureAwait(false);
        var all = Array.TrueForAll(parts, p => new FileInfo(Path.Combine(folder, p.Item2)) is { Exists: true, Length: > 0 });
        Array.ForEach(all ? [] : parts, p => File.Delete(Path.Combine(folder, p.Item2)));
        return all;
    }

    /// <summary>A file that names another as its base would let whoever made it read that one.</summary>
    private static async Task<string> FormatAsync(string file, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(file);
        await using var _ = stream.ConfigureAwait(false);
        var head = new byte[80];
        await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (!head.AsSpan(0, 4).SequenceEqual(Qcow))
        {
            return "raw";
        }

        // Where the name of what lies below stands, and, from version 3 on, the mark of a file that holds the data instead.
        var external = head[7] >= 3 && (head[79] & 4) != 0;
        return BitConverter.ToUInt64(head, 8) == 0 && !external ? "qcow2"
            : throw new InvalidRequestException("A disk to import must not lie on another file.") { Target = file };
    }
}
