using System.Globalization;

namespace Agentworks.Ports;

/// <summary>What the kernel says of a process of this computer.</summary>
internal static class LinuxProcess
{
    /// <summary>A number that is drawn anew at every boot.</summary>
    public static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>When it started, in clock ticks since boot; null when no such process runs. One that is dead but not yet reaped does not.</summary>
    /// <exception cref="UnauthorizedAccessException">It is there, but not ours to look at.</exception>
    public static long? StartOf(int pid) => Look(pid) is { IsDead: false } process ? process.Start : null;

    /// <summary>Whether nothing is left of the process that started then, not even a thread that ends: until then its files are open.</summary>
    public static bool IsGone(int pid, long start) => Look(pid) is not { } process || process.Start != start || process is { IsDead: true, Threads: <= 1 };

    private static (bool IsDead, int Threads, long Start)? Look(int pid)
    {
        string status;
        try
        {
            status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult == 3 /* ESRCH: it ended while being read */)
        {
            return null;
        }

        // After the name, which may hold anything, in brackets: state, the number of threads as the 18th field, the start as the 20th.
        var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0] is "Z" or "X", int.Parse(fields[17], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
    }
}
