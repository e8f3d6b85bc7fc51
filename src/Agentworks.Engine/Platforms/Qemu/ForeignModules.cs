using System.Text;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>The drivers that a kernel of others needs to find its disk, put behind our initrd: what comes later in it takes the place of what came before.</summary>
internal sealed class ForeignModules(HostCommands commands, Ext4 root, string release, string file)
{
    // In the order in which they are loaded; a kernel may have any of them built in.
    private static readonly string[] Wanted = ["ext4", "virtio_pci", "virtio_blk", "virtio_net", "virtio_console"];

    // What ext4 asks the kernel for by another name, and what can be done without.
    private static readonly string[] Welcome = ["crc32c_generic", "virtio_rng"];

    private readonly string folder = "/usr/lib/modules/" + release + "/";

    public async Task AppendAsync(string initrd, string prepare, string target, CancellationToken cancellationToken)
    {
        var dependencies = await root.ReadAsync(folder + "modules.dep", target, cancellationToken).ConfigureAwait(false);
        var builtIn = await root.ReadAsync(folder + "modules.builtin", target, cancellationToken).ConfigureAwait(false);
        var order = Order(dependencies, builtIn) ?? throw new InvalidRequestException($"{file} has a kernel without the drivers of virtual machines.") { Target = file };
        var work = Directory.CreateDirectory(Path.Combine(target, "modules"));
        await root.DumpAsync(order.Select(m => (folder + m, Path.Combine(work.FullName, Path.GetFileName(m)))), cancellationToken).ConfigureAwait(false);

        var result = Path.Combine(target, "initrd");
        File.Copy(initrd, result, overwrite: true);
        var output = new FileStream(result, FileMode.Append);
        await using (output.ConfigureAwait(false))
        {
            var archive = new Cpio(output);
            List<string> names = [];
            foreach (var module in order.Select(Path.GetFileName).OfType<string>())
            {
                var content = await UnpackAsync(Path.Combine(work.FullName, module), cancellationToken).ConfigureAwait(false);
                names.Add(module[..(module.IndexOf(".ko", StringComparison.Ordinal) + 3)]);
                archive.Add("modules/" + names[^1], content);
            }

            archive.Add("modules/order", Encoding.ASCII.GetBytes(string.Concat(names.Select(n => n + "\n"))));
            archive.Add("prepare", Encoding.UTF8.GetBytes(prepare));
            archive.End();
        }

        work.Delete(recursive: true);
    }

    /// <summary>What is to be loaded, what others need first; null when something is neither a module nor built in.</summary>
    internal static IReadOnlyList<string>? Order(string dependencies, string builtIn)
    {
        var needs = dependencies.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':', 2)).Where(p => p.Length == 2)
            .ToDictionary(p => NameOf(p[0]), p => (File: p[0], Needs: p[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparer.Ordinal);
        var there = builtIn.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        if (Array.Exists(Wanted, name => !needs.ContainsKey(name) && !there.Contains(name)))
        {
            return null;
        }

        // The last of those that one needs is needed by the others.
        return [.. Welcome.Concat(Wanted).Where(needs.ContainsKey).SelectMany(name => needs[name].Needs.AsEnumerable().Reverse().Append(needs[name].File)).Distinct(StringComparer.Ordinal)];
    }

    private static string NameOf(string path) => Path.GetFileName(path).Split('.')[0].Replace('-', '_');

    private async Task<byte[]> UnpackAsync(string module, CancellationToken cancellationToken)
    {
        var program = Path.GetExtension(module) switch
        {
            ".xz" => "xz",
            ".zst" => "zstd",
            ".gz" => "gzip",
            _ => null,
        };
        if (program is not null)
        {
            await commands.RunAsync("/bin/sh", ["-c", "\"$1\" -dc < \"$2\" > \"$2.plain\"", "unpack", commands.Require(program), module], cancellationToken).ConfigureAwait(false);
            module += ".plain";
        }

        return await File.ReadAllBytesAsync(module, cancellationToken).ConfigureAwait(false);
    }
}
