using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The end of a machine: its files go, and then nothing of it may be found.</summary>
internal static class NspawnRemains
{
    /// <summary>Deletes the machine's folder, unless something is still mounted there. The owner's record goes last.</summary>
    public static void Delete(NspawnPaths paths)
    {
        if (!Directory.Exists(paths.Folder) || MountTable.Below(paths.Folder).Count > 0)
        {
            return;
        }

        foreach (var entry in new DirectoryInfo(paths.Folder).EnumerateFileSystemInfos().Where(e => e.FullName != paths.Owner))
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        Directory.Delete(paths.Folder, recursive: true);
    }

    /// <summary>Looks for the machine everywhere it could be.</summary>
    /// <exception cref="PlatformException">Names all that is left.</exception>
    public static void ThrowIfAny(NspawnPaths paths, string name)
    {
        var left = Find(paths);
        if (left.Count > 0)
        {
            throw new PlatformException($"Machine '{name}' is not wholly removed. Left are: {string.Join(", ", left)}.") { Target = name };
        }
    }

    public static IReadOnlyList<string> Find(NspawnPaths paths)
    {
        var group = new MachineCgroup(paths.Id);
        List<string> left = [.. group.Processes().Select(p => $"process {p}")];
        string[] identities = [paths.Run, paths.NetworkRun, paths.ResolverRun];
        left.AddRange(identities.Select(HostProcess.Read).Where(i => i?.IsAlive() == true).Select(i => $"process {i!.Pid}"));
        left.AddRange(MountTable.Below(paths.Folder).Select(m => $"mount {m}"));
        left.AddRange(LoopDevices.Of(paths.Disk).Select(d => $"loop device {d}"));
        left.AddRange(group.Folders.Concat(new MachineLimits(paths.Id).Folders).Where(Directory.Exists).Select(f => $"control group {f}"));
        string[] files = [paths.Namespace, paths.Gateway, paths.Propagation, paths.Folder];
        left.AddRange(files.Where(Path.Exists));
        return left;
    }
}
