using System.Globalization;
using Agentworks.Transport;

namespace Agentworks.Platforms.Nspawn;

/// <summary>The ways into a running machine from this computer.</summary>
internal static class NspawnShell
{
    // Joins the control group of the machine's init first, so that what is started from the shell belongs to the machine's own tree.
    private const string Join = "for group in $1; do echo $$ > \"$group\"; done; shift; exec \"$@\"";

    /// <summary>
    /// A root shell, with the privileges that the machine's own root has and none of this computer's environment. They are given up before
    /// the first program of the machine runs: nobody there can get more by changing it.
    /// </summary>
    public static ChannelCommand Describe(HostCommands commands, string machine, int init, IReadOnlyList<string> groups) => new(
        "/bin/sh",
        [
            "-c", Join, "shell", string.Join(' ', groups),
            commands.Require("setpriv"), "--bounding-set=" + Capabilities.ToSetpriv(Capabilities.BoundingSetOf(init)), "--",
            commands.Require("nsenter"), "--target", init.ToString(CultureInfo.InvariantCulture),
            "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
            "/usr/bin/env", "--ignore-environment", "--chdir=/",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root", "LOGNAME=root",
            "SHELL=/bin/bash", "LANG=C.UTF-8", "/bin/sh", "-c",
        ])
    {
        MachineName = machine,
        IsLocal = true,
    };

    /// <summary>What ssh runs to reach sshd: it is a line for a shell, in which ssh replaces what follows a percent sign.</summary>
    public static string ProxyCommand(HostCommands commands, NspawnPaths paths)
    {
        string[] words = [commands.Require("nsenter"), "--net=" + paths.Namespace, commands.Require("nc"), "127.0.0.1", "22"];
        return PosixShell.QuoteAll(words.Select(w => w.Replace("%", "%%", StringComparison.Ordinal)));
    }
}
