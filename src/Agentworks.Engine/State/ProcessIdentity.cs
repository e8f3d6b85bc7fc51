using System.Globalization;
using Agentworks.Ports;

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
    private static string? StartOf(int pid) => OperatingSystem.IsLinux()
        ? LinuxProcess.StartOf(pid) is { } ticks ? string.Create(CultureInfo.InvariantCulture, $"{LinuxProcess.BootId()}:{ticks}") : null
        : PortableStartOf(pid);

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
