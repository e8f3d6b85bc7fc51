using System.Globalization;
using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Starts systemd-nspawn in the background with what a machine needs.</summary>
internal static class NspawnLauncher
{
    /// <param name="commands">Runs it.</param>
    /// <param name="paths">The machine's files.</param>
    /// <param name="root">Its whole file system.</param>
    /// <param name="workspaces">A folder that it sees at the path of its workspaces; null: none.</param>
    /// <param name="owner">Who it is and what it may take.</param>
    /// <param name="joinsLater">Whether it begins with a network of its own, in which there is nothing yet; else with the one that has its name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<HostProcess> StartAsync(
        HostCommands commands, NspawnPaths paths, string root, string? workspaces, OwnerRecord owner, bool joinsLater, CancellationToken cancellationToken)
    {
        var group = new MachineCgroup(paths.Id);
        List<string> nspawn =
        [
            "systemd-nspawn", "--quiet", "--boot", "--directory=" + root, "--machine=" + paths.Name,
            "--register=no", "--keep-unit", joinsLater ? "--private-network" : "--network-namespace-path=" + paths.Namespace,
            // Its own namespace: it may have addresses and a firewall of its own there.
            "--capability=CAP_NET_ADMIN",
            .. owner.Dedicated ? Confined(paths) : [],
            "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--settings=no", "--console=read-only",
            .. workspaces is null ? Array.Empty<string>() : [$"--bind={Escape(workspaces)}:{Escape(owner.WorkspacesPath)}"],
        ];
        if (owner.Dedicated)
        {
            nspawn = [.. NspawnShell.Confine(commands), .. nspawn];
        }

        var limits = owner.Dedicated ? new MachineLimits(paths.Id) : null;
        if (MachineCgroup.SystemdOwnsTree)
        {
            // Untested: the computer that this was built on has no systemd. A delegated scope is what systemd's rules ask for.
            var properties = limits is null ? [] : MachineLimits.Properties(owner.Cpus, owner.MemoryMiB);
            nspawn = ["systemd-run", "--quiet", "--scope", "--collect", "--slice=machine.slice", "--unit=" + group.Scope, "--property=Delegate=yes", .. properties, .. nspawn];
        }
        else
        {
            group.Create();
            limits?.Set(owner.Cpus, owner.MemoryMiB);
            limits?.CloseDevices();
        }

        var joined = MachineCgroup.SystemdOwnsTree ? [] : group.JoinFiles.Concat(limits?.JoinFiles ?? []).ToList();
        if (File.Exists(paths.Console))
        {
            // Why the run before ended may be wanted still.
            File.Move(paths.Console, paths.FormerConsole, overwrite: true);
        }

        var program = new BackgroundProgram(paths.Run, paths.Console, Ready: null, joined);
        return await program.StartAsync(commands, nspawn[0], nspawn[1..], cancellationToken).ConfigureAwait(false);
    }

    // Root in there is nobody here. The ids on the disk stay those that it sees, so that a root may become another machine's.
    private static string[] Confined(NspawnPaths paths)
    {
        var users = (new AddressBook(paths).Find() ?? throw new PlatformException($"Machine {paths.Id} has no address.") { Target = paths.Id }).Users;
        return [string.Create(CultureInfo.InvariantCulture, $"--private-users={users}:{MachineAddress.UserCount}"), "--private-users-ownership=map"];
    }

    // A colon parts the two paths.
    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
