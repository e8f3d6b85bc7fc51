using System.Globalization;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The ways into a running machine from this computer.</summary>
internal static class NspawnShell
{
    // The machine may have been started anew meanwhile, and its init's number be another's by now. Then joins the control group of that init,
    // so that what is started from the shell belongs to the machine's own tree.
    private const string Join =
        """
        read -r status < "/proc/$1/stat" && [ "$(set -- ${status##*) }; echo "${20}")" = "$2" ] || { echo "the machine was stopped" >&2; exit 1; }
        for group in $3; do echo $$ > "$group"; done
        shift 3
        exec "$@"
        """;

    /// <summary>
    /// A root shell, with the privileges that the machine's own root has and none of this computer's environment. They are given up before
    /// the first program of the machine runs: nobody there can get more by changing it.
    /// </summary>
    public static ChannelCommand Describe(HostCommands commands, string machine, int init, IReadOnlyList<string> groups) => new(
        // Whatever the machine's own programs are by now, nothing of this computer's environment is left for them to see.
        "/usr/bin/env",
        [
            "--ignore-environment", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root", "LOGNAME=root",
            "SHELL=/bin/bash", "LANG=C.UTF-8",
            "/bin/sh", "-c", Join, "shell", init.ToString(CultureInfo.InvariantCulture), (LinuxProcess.StartOf(init) ?? 0).ToString(CultureInfo.InvariantCulture), string.Join(' ', groups),
            .. HasUsersOfItsOwn(init)
                ? [.. Confine(commands), commands.Require("nsenter"), "--target", init.ToString(CultureInfo.InvariantCulture), "--user", "--"]
                : Array.Empty<string>(),
            commands.Require("setpriv"), "--bounding-set=" + Capabilities.ToSetpriv(Capabilities.BoundingSetOf(init)), "--",
            commands.Require("nsenter"), "--target", init.ToString(CultureInfo.InvariantCulture),
            "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "/bin/sh", "-c",
        ])
    {
        MachineName = machine,
        IsLocal = true,
    };

    /// <summary>What precedes a program of a dedicated machine.</summary>
    public static IReadOnlyList<string> Confine(HostCommands commands) => [commands.Require("perl"), "-e", EmbeddedText.Read("confine.pl"), "--"];

    // To enter the users that one is among already is an error.
    private static bool HasUsersOfItsOwn(int init) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{init}/ns/user")).LinkTarget != new FileInfo("/proc/self/ns/user").LinkTarget;

    /// <summary>
    /// What ssh runs to reach sshd, for <see cref="SshEndpoint.PassesSocket"/>: it is a line for a shell, in which ssh replaces what follows a percent sign.
    /// </summary>
    public static string ProxyCommand(HostCommands commands, NspawnPaths paths)
    {
        string[] words = [commands.Require("nsenter"), "--net=" + paths.Namespace, commands.Require("nc"), "-F", "127.0.0.1", "22"];
        return PosixShell.QuoteAll(words.Select(w => w.Replace("%", "%%", StringComparison.Ordinal)));
    }
}
