using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Looks at the processes of this machine.</summary>
internal static partial class Processes
{
    private const int Sigkill = 9;

    /// <summary>True unless it is gone or a zombie.</summary>
    public static bool IsAlive(int pid) => Stat(pid) is { } stat && stat[0] is not ("Z" or "X");

    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        All().Where(pid => Stat(pid) is { } stat && int.Parse(stat[1], CultureInfo.InvariantCulture) == parent).ToList();

    /// <summary>True when some process's argument list or name holds the text.</summary>
    public static bool AnyArgumentHolds(string text) => All().Any(pid => Read($"/proc/{pid}/cmdline").Contains(text, StringComparison.Ordinal));

    /// <summary>Those that live and have the text among their arguments or in their control groups, a line each.</summary>
    public static IEnumerable<string> With(string text) =>
        from pid in All()
        let arguments = Read($"/proc/{pid}/cmdline").Replace('\0', ' ')
        // One without arguments is about to be gone: it has no memory any more.
        where arguments.Length > 0 && (arguments + Read($"/proc/{pid}/cgroup")).Contains(text, StringComparison.Ordinal) && IsAlive(pid)
        select $"process {pid}: {arguments}";

    public static void Kill(int pid) => _ = Send(pid, Sigkill);

    public static void KillGroup(int group) => _ = Send(-group, Sigkill);

    public static void Send(Process process, int signal) => _ = Send(process.Id, signal);

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    // State, parent, group, …: what follows the name.
    private static string[]? Stat(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length == 0 ? null : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int pid, int signal);
}
