using System.Globalization;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// A machine's way out. QEMU is alone in a network namespace in which there is nothing; only while slirp4netns is connected to it does
/// anything lead out, and that leads nowhere on this computer itself. Closed is the absence of a program, not a rule.
/// </summary>
internal sealed class QemuUplink(QemuPaths paths, HostCommands commands, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public bool IsOpen => HostProcess.Read(paths.UplinkRun) is { } running && running.IsAlive();

    /// <exception cref="PlatformException">Rules were given and it cannot be opened. Without rules a warning tells so.</exception>
    public async Task OpenAsync(HostProcess qemu, NetworkRules? rules, IEventSink events, CancellationToken cancellationToken)
    {
        if (rules is not null)
        {
            // Before anything leads out, and in one transaction where something does.
            await RestrictAsync(qemu, rules, cancellationToken).ConfigureAwait(false);
        }

        if (IsOpen)
        {
            return;
        }

        try
        {
            await ConnectAsync(qemu, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentworksException e) when (rules is null && e is PlatformException or PrerequisiteMissingException)
        {
            events.Report(new WarningEvent($"Machine {paths.Id} has no internet: {e.Message}"));
        }
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await BackgroundProgram.EndAsync(paths.UplinkRun, TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);
        UnixFiles.DeleteIfThere(paths.UplinkRun);
        UnixFiles.DeleteIfThere(paths.UplinkReady);
    }

    private async Task RestrictAsync(HostProcess qemu, NetworkRules rules, CancellationToken cancellationToken)
    {
        RequireOwnNetwork(qemu);
        string[] arguments =
        [
            "-c", "printf %s \"$1\" | \"$2\" --preserve-credentials --user --net --target \"$3\" \"$4\" -f -", "rules",
            UplinkRules.Write(rules, MachineGateway.OwnAddresses()), commands.Require("nsenter"), qemu.Pid.ToString(CultureInfo.InvariantCulture), commands.Require("nft"),
        ];
        await commands.RunAsync("/bin/sh", arguments, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is opened or changed holds for whoever shares its network; that must never be this computer.</summary>
    private void RequireOwnNetwork(HostProcess qemu)
    {
        if (NetworkOf(qemu.Pid) == NetworkOf(Environment.ProcessId))
        {
            throw new PlatformException("QEMU has no network of its own.") { Target = paths.Id };
        }
    }

    private async Task ConnectAsync(HostProcess qemu, CancellationToken cancellationToken)
    {
        RequireOwnNetwork(qemu);
        var program = new BackgroundProgram(paths.UplinkRun, paths.UplinkLog, paths.UplinkReady, []);
        string[] arguments =
        [
            commands.Require("slirp4netns"), "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp",
            "--ready-fd=3", qemu.Pid.ToString(CultureInfo.InvariantCulture), UplinkRules.Interface,
        ];
        if (Environment.IsPrivilegedProcess)
        {
            // In its sandbox slirp4netns unmounts all it sees of the old root; root's unmounting would reach out of it.
            arguments = ["unshare", "--mount", "--propagation", "slave", .. arguments];
        }

        var process = await program.StartAsync(commands, arguments[0], arguments[1..], cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => IsReady() || !process.IsAlive(), Limit, clock, cancellationToken).ConfigureAwait(false);
        if (!IsReady())
        {
            await CloseAsync(CancellationToken.None).ConfigureAwait(false);
            throw new PlatformException($"slirp4netns failed: {(File.Exists(paths.UplinkLog) ? HostCommands.Tail(await File.ReadAllTextAsync(paths.UplinkLog, cancellationToken).ConfigureAwait(false)) : "it left no log.")}")
            {
                Target = paths.Id,
                Recommendation = "ls -l /dev/net/tun: everyone must be allowed to read and write it.",
            };
        }
    }

    private static string? NetworkOf(int pid) => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net")).LinkTarget;

    private bool IsReady() => new FileInfo(paths.UplinkReady) is { Exists: true, Length: > 0 };
}
