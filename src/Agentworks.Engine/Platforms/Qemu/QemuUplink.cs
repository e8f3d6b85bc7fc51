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

    private readonly UplinkResolver resolver = new(paths, commands, clock);

    private bool IsOpen => HostProcess.ReadAlive(paths.UplinkRun) is not null;

    /// <exception cref="PlatformException">Rules were given and cannot be put in force; nothing leads out then. Without rules a warning tells so.</exception>
    public async Task OpenAsync(HostProcess qemu, NetworkRules? rules, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            if (rules is not null)
            {
                // Before anything leads out, and in one transaction where something does.
                await RestrictAsync(qemu, rules, cancellationToken).ConfigureAwait(false);
            }

            if (!IsOpen)
            {
                await ConnectAsync(qemu, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AgentworksException e) when (rules is null && e is PlatformException or PrerequisiteMissingException)
        {
            events.Report(new WarningEvent($"Machine {paths.Id} has no internet: {e.Message}"));
        }
        catch
        {
            await CloseAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What is in force: null when the rules are others than those that were given, or nobody gave any to a machine that is to have some.</summary>
    public async Task<NetworkRules?> ReadAsync(HostProcess qemu, NetworkRules given, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            return given with { AllowInternet = false };
        }

        if (GatewayRecord.Read(paths.UplinkRecord) is not { Listing: not null } record || await ListAsync(qemu, cancellationToken).ConfigureAwait(false) != record.Listing)
        {
            return null;
        }

        var rules = new UplinkRules(record.Rules, MachineGateway.OwnAddresses());
        return rules.Write([]) != record.Text ? null : record.Rules with { AllowInternet = !rules.NeedsResolver || resolver.IsRunning };
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        UnixFiles.DeleteIfThere(paths.UplinkRecord);
        await BackgroundProgram.EndAsync(paths.UplinkRun, TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);
        UnixFiles.DeleteIfThere(paths.UplinkRun);
        UnixFiles.DeleteIfThere(paths.UplinkReady);
        await resolver.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RestrictAsync(HostProcess qemu, NetworkRules rules, CancellationToken cancellationToken)
    {
        RequireOwnNetwork(qemu);
        var own = MachineGateway.OwnAddresses();
        var text = new UplinkRules(rules, own);
        var before = GatewayRecord.Read(paths.UplinkRecord);
        UnixFiles.DeleteIfThere(paths.UplinkRecord);
        await commands.FeedAsync("nsenter", [.. Within(qemu), commands.Require("nft"), "-f", "-"], text.Write(before is null ? null : new UplinkRules(before.Rules, own).NameSets), Limit, cancellationToken)
            .ConfigureAwait(false);
        await (text.NeedsResolver ? resolver.StartAsync(qemu, rules, cancellationToken) : resolver.EndAsync(cancellationToken)).ConfigureAwait(false);
        new GatewayRecord(rules, text.Write([]), await ListAsync(qemu, cancellationToken).ConfigureAwait(false)).Write(paths.UplinkRecord);
    }

    /// <summary>The rules as nft tells them, without what is learnt; null when it does not.</summary>
    private async Task<string?> ListAsync(HostProcess qemu, CancellationToken cancellationToken)
    {
        var result = await commands.TryAsync("nsenter", [.. Within(qemu), commands.Require("nft"), "--stateless", "--terse", "list", "ruleset"], cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result.Output : null;
    }

    private static string[] Within(HostProcess qemu) =>
        ["--preserve-credentials", "--user", "--net", "--target", qemu.Pid.ToString(CultureInfo.InvariantCulture)];

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
            var said = HostCommands.Tail(await BackgroundProgram.ReadLogAsync(paths.UplinkLog, clock, cancellationToken).ConfigureAwait(false));
            throw new PlatformException($"slirp4netns failed: {said}")
            {
                Target = paths.Id,
                Recommendation = "ls -l /dev/net/tun: everyone must be allowed to read and write it.",
            };
        }
    }

    internal static string? NetworkOf(int pid) => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net")).LinkTarget;

    private bool IsReady() => new FileInfo(paths.UplinkReady) is { Exists: true, Length: > 0 };
}
