using System.Globalization;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Reads from /proc which ports are listened on in a process's network namespace, without entering it.</summary>
internal static class ListeningPorts
{
    public static bool Has(int pid, int port)
    {
        try
        {
            string[] tables = ["tcp", "tcp6"];
            return Array.Exists(tables, t => Has(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/{t}")), port));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Looks in the lines of a table, whose fields are: number, local address:port, remote address:port, state, …</summary>
    internal static bool Has(IEnumerable<string> table, int port)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return table.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(f => f is [_, var local, _, "0A", ..] && local.EndsWith(ending, StringComparison.Ordinal));
    }
}
