using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// One process for all time: its pid, when it started in clock ticks since boot, and which boot. A pid alone is soon another's.
/// </summary>
internal sealed partial record ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Reads what nspawn-launch.sh wrote: "pid ticks boot-id".</summary>
    public static ProcessIdentity? Read(string file)
    {
        try
        {
            var words = File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return words is [var pid, var ticks, var boot]
                && int.TryParse(pid, CultureInfo.InvariantCulture, out var id)
                && long.TryParse(ticks, CultureInfo.InvariantCulture, out var start)
                ? new ProcessIdentity(id, start, boot)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>True while exactly this process runs; a zombie does not.</summary>
    public bool IsAlive()
    {
        var (state, ticks) = Status(Pid);
        return ticks == StartTicks && state is not ('Z' or 'X') && BootId == CurrentBoot();
    }

    /// <summary>Sends a signal, unless the process is gone.</summary>
    public void Signal(int signal)
    {
        if (IsAlive())
        {
            Send(Pid, signal);
        }
    }

    internal static string CurrentBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    internal static (char State, long StartTicks) Status(int pid)
    {
        try
        {
            // The second field is the program's name in parentheses and may hold anything; the third follows the last of them.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var rest = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (rest[0][0], long.Parse(rest[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException or FormatException)
        {
            return ('X', -1);
        }
    }

    [SuppressMessage("Interoperability", "CA5392", Justification = "libc is the system's own.")]
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Send(int pid, int signal);
}
