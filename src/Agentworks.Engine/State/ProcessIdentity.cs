using System.Globalization;
using System.Runtime.Versioning;

namespace Agentworks.State;

/// <summary>
/// A process that cannot be mistaken for a later one: its id, when it started, and on which computer. On Linux the start is counted
/// from boot and goes with the boot's id, so that no change of the clock confuses it.
/// </summary>
internal sealed record ProcessIdentity(int Pid, string Start, string Host)
{
    public static ProcessIdentity Current { get; } = new(
        Environment.ProcessId, StartOf(Environment.ProcessId) ?? string.Empty, Environment.MachineName);

    /// <summary>Null when it cannot be told from here, because it runs or ran on another computer.</summary>
    public bool? IsAlive()
    {
        if (Host != Environment.MachineName)
        {
            return null;
        }

        try
        {
            return StartOf(Pid) == Start;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or UnauthorizedAccessException or IOException)
        {
            // It is there, but not ours to look at.
            return true;
        }
    }

    /// <summary>Null when no such process runs; one that is dead but not yet reaped does not run.</summary>
    private static string? StartOf(int pid) => OperatingSystem.IsLinux() ? LinuxStartOf(pid) : PortableStartOf(pid);

    [SupportedOSPlatform("linux")]
    private static string? LinuxStartOf(int pid)
    {
        string status;
        try
        {
            status = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult == 3 /* ESRCH: it ended while being read */)
        {
            return null;
        }

        // After the name, which may hold anything, in brackets: state, then the start as the 20th field.
        var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + ":" + fields[19];
    }

    private static string? PortableStartOf(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
