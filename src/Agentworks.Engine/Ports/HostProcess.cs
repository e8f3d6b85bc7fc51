using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Agentworks.Ports;

/// <summary>
/// One process of this computer for all time: its pid, when it started in clock ticks since boot, and which boot. A pid alone is soon another's.
/// </summary>
internal sealed partial record HostProcess(int Pid, long StartTicks, string BootId)
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Reads what a program of ours wrote about itself: "pid ticks boot-id".</summary>
    public static HostProcess? Read(string file)
    {
        try
        {
            var words = File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return words is [var pid, var ticks, var boot]
                && int.TryParse(pid, CultureInfo.InvariantCulture, out var id)
                && long.TryParse(ticks, CultureInfo.InvariantCulture, out var start)
                ? new HostProcess(id, start, boot)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The same where exactly that process still runs; else null.</summary>
    public static HostProcess? ReadAlive(string file) => Read(file) is { } process && process.IsAlive() ? process : null;

    /// <summary>True while exactly this process runs; a zombie does not.</summary>
    public bool IsAlive() => LinuxProcess.StartOf(Pid) == StartTicks && LinuxProcess.BootId() == BootId;

    /// <summary>True when all of it has ended. One that is not alive may still have files open, for an instant.</summary>
    public bool IsGone() => LinuxProcess.BootId() != BootId || LinuxProcess.IsGone(Pid, StartTicks);

    /// <summary>Sends a signal, unless the process is gone.</summary>
    public void Signal(int signal)
    {
        if (IsAlive())
        {
            Send(Pid, signal);
        }
    }

    /// <summary>Sends a signal to its process group, of which it or another member must be known to live.</summary>
    public void SignalGroup(int signal) => Send(-Pid, signal);

    [SuppressMessage("Interoperability", "CA5392", Justification = "libc is the system's own.")]
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Send(int pid, int signal);
}
