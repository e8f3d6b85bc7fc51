using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Starts systemd-nspawn in the background with what a machine needs.</summary>
internal static class NspawnLauncher
{
    public static async Task<HostProcess> StartAsync(
        HostCommands commands, NspawnPaths paths, string workspacesPath, CancellationToken cancellationToken)
    {
        var group = new MachineCgroup(paths.Id);
        List<string> nspawn =
        [
            "systemd-nspawn", "--quiet", "--boot", "--directory=" + paths.RootMount, "--machine=" + paths.Name,
            "--register=no", "--keep-unit", "--network-namespace-path=" + paths.Namespace,
            // Its own namespace: it may have addresses and a firewall of its own there.
            "--capability=CAP_NET_ADMIN",
            "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--settings=no", "--console=read-only",
            $"--bind={Escape(paths.Workspaces)}:{Escape(workspacesPath)}",
        ];
        if (MachineCgroup.SystemdOwnsTree)
        {
            // Untested: the computer that this was built on has no systemd. A delegated scope is what systemd's rules ask for, and
            // limits of CPU and memory would belong here.
            nspawn = ["systemd-run", "--quiet", "--scope", "--collect", "--slice=machine.slice", "--unit=" + group.Scope, "--property=Delegate=yes", .. nspawn];
        }
        else
        {
            group.Create();
        }

        var joined = MachineCgroup.SystemdOwnsTree ? [] : group.JoinFiles;
        var program = new BackgroundProgram(paths.Run, paths.Console, Ready: null, joined);
        return await program.StartAsync(commands, nspawn[0], nspawn[1..], cancellationToken).ConfigureAwait(false);
    }

    // A colon parts the two paths.
    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
