using System.Globalization;
using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The machine's own control group. It gives the machine's systemd a tree of its own to track its units in (without it, all machines
/// would share one), and it knows every process of the machine, also when nspawn itself was killed.
/// </summary>
internal sealed class MachineCgroup(string id)
{
    private const string Mounts = "/sys/fs/cgroup";
    private const string Slice = "machine.slice";

    /// <summary>Where this computer's init is systemd, the tree is systemd's and a scope must be asked for; elsewhere we make the group.</summary>
    public static bool SystemdOwnsTree => Directory.Exists("/run/systemd/system");

    /// <summary>With systemd: the scope's name.</summary>
    public string Scope => $"agw-{id}.scope";

    /// <summary>The group in each hierarchy in which systemd tracks processes: the unified one, and "systemd" of version 1.</summary>
    public IReadOnlyList<string> Folders => [.. Hierarchies().Select(h => Path.Combine(h, Below()))];

    /// <summary>The files into which the first process writes itself.</summary>
    public IReadOnlyList<string> JoinFiles => [.. Folders.Select(f => Path.Combine(f, "cgroup.procs"))];

    public void Create()
    {
        foreach (var folder in Folders)
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>The cgroup.procs files of the group in which the machine's init lives.</summary>
    public IReadOnlyList<string> InitFiles =>
        [.. Folders.Select(f => Path.Combine(f, "payload/init.scope/cgroup.procs")).Where(File.Exists)];

    /// <summary>The machine's init, by its pid on this computer; null while there is none.</summary>
    public int? FindInit()
    {
        var candidates = InitFiles.SelectMany(ReadPids).Distinct();
        return candidates.Where(IsInit).Select(p => (int?)p).FirstOrDefault();
    }

    /// <summary>Every process of the machine, nspawn included.</summary>
    public IReadOnlyList<int> Processes() =>
        [.. Folders.Where(Directory.Exists).SelectMany(Groups).SelectMany(g => ReadPids(Path.Combine(g, "cgroup.procs"))).Distinct()];

    /// <summary>Kills what is left; the group holds nothing but this machine.</summary>
    public async Task<bool> KillAsync(TimeProvider clock, CancellationToken cancellationToken) =>
        await Waiting.UntilAsync(KillOnce, TimeSpan.FromSeconds(10), clock, cancellationToken).ConfigureAwait(false);

    /// <summary>Removes the empty group.</summary>
    public void Remove()
    {
        foreach (var folder in Folders.Where(Directory.Exists))
        {
            Delete(folder);
        }
    }

    /// <summary>Whether nothing in it gets a processor.</summary>
    public bool IsFrozen => Freezers.Any(f => File.ReadAllText(f).Trim() == "1");

    /// <summary>Stops every process of the machine where it is, or lets all go on. Those that join it later share its lot.</summary>
    /// <returns>False when the kernel could not within <paramref name="limit"/>.</returns>
    /// <exception cref="PlatformException">The kernel cannot stop processes so.</exception>
    public async Task<bool> FreezeAsync(bool freeze, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var files = Freezers.ToList();
        if (files.Count == 0)
        {
            return freeze ? throw new PlatformException("This kernel has no freezer for control groups of version 2.") { Target = id } : true;
        }

        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, freeze ? "1" : "0", cancellationToken).ConfigureAwait(false);
        }

        var events = files.Select(f => Path.Combine(Path.GetDirectoryName(f)!, "cgroup.events")).ToList();
        var wanted = freeze ? "frozen 1" : "frozen 0";
        return await Waiting.UntilAsync(() => events.TrueForAll(e => File.ReadAllText(e).Contains(wanted, StringComparison.Ordinal)), limit, clock, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Removes a group with those below it, as far as they are empty.</summary>
    internal static void Delete(string folder)
    {
        foreach (var group in Groups(folder))
        {
            try
            {
                Directory.Delete(group);
            }
            catch (IOException)
            {
                // Not empty after all, or systemd was faster; whoever needs proof looks again.
            }
        }
    }

    private IEnumerable<string> Freezers => Folders.Select(f => Path.Combine(f, "cgroup.freeze")).Where(File.Exists);

    private bool KillOnce()
    {
        var processes = Processes();
        foreach (var pid in processes)
        {
            _ = HostProcess.Send(pid, HostProcess.Kill);
        }

        return processes.Count == 0;
    }

    private string Below() => SystemdOwnsTree ? Path.Combine(Slice, Scope) : Path.Combine("agentworks", id);

    private static IEnumerable<string> Hierarchies()
    {
        string[] known = [Mounts, Path.Combine(Mounts, "unified"), Path.Combine(Mounts, "systemd")];
        return known.Where(k => File.Exists(Path.Combine(k, "cgroup.procs")));
    }

    // Leaves first.
    private static IEnumerable<string> Groups(string folder)
    {
        string[] below;
        try
        {
            below = Directory.GetDirectories(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }

        return below.SelectMany(Groups).Append(folder);
    }

    private static IEnumerable<int> ReadPids(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(p => p > 0)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool IsInit(int pid)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"))
                .FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
            return line?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, _, .., "1"];
        }
        catch (IOException)
        {
            return false;
        }
    }
}
