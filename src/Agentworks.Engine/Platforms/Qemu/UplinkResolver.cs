using System.Globalization;
using Agentworks.Errors;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// dnsmasq in QEMU's network namespace, where some names may be reached and others not. Its answers are what fills the rules' sets, so a name that it
/// does not answer leads nowhere. It asks on by UDP alone.
/// </summary>
internal sealed class UplinkResolver(QemuPaths paths, HostCommands commands, TimeProvider clock)
{
    // It keeps what it needs to take its port and to change the rules' sets.
    private const string Powers = "-all,+net_admin,+net_bind_service";

    public bool IsRunning => HostProcess.Read(paths.ResolverRun) is { } process && process.IsAlive();

    /// <summary>Runs it for these rules; one that does so already is left alone.</summary>
    public async Task StartAsync(HostProcess qemu, NetworkRules rules, CancellationToken cancellationToken)
    {
        var config = Config(rules);
        if (IsRunning && File.Exists(paths.ResolverConfig) && await File.ReadAllTextAsync(paths.ResolverConfig, cancellationToken).ConfigureAwait(false) == config)
        {
            return;
        }

        if (commands.Find("dnsmasq") is null)
        {
            throw new PrerequisiteMissingException("To allow hosts by their names takes dnsmasq, which is not installed.") { Target = "dnsmasq", Recommendation = "apt-get install dnsmasq-base" };
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
        UnixFiles.Write(paths.ResolverConfig, config, UnixFiles.OwnerOnly);
        var program = new BackgroundProgram(paths.ResolverRun, paths.ResolverLog, Ready: null, []);

        // In the foreground as it is for debugging: where there is one user, it cannot become another.
        string[] arguments =
        [
            "--preserve-credentials", "--user", "--net", "--target", qemu.Pid.ToString(CultureInfo.InvariantCulture),
            commands.Require("setpriv"), "--no-new-privs", "--bounding-set=" + Powers, commands.Require("dnsmasq"), "--no-daemon", "--conf-file=" + paths.ResolverConfig,
        ];
        var process = await program.StartAsync(commands, "nsenter", arguments, cancellationToken).ConfigureAwait(false);
        bool Answers() => QemuUplink.NetworkOf(process.Pid) == QemuUplink.NetworkOf(qemu.Pid) && ListeningPorts.Has(process.Pid, UplinkRules.NamesPort);
        await Waiting.UntilAsync(() => Answers() || !process.IsAlive(), TimeSpan.FromSeconds(5), clock, cancellationToken).ConfigureAwait(false);
        if (!process.IsAlive() || !Answers())
        {
            await EndAsync(CancellationToken.None).ConfigureAwait(false);
            throw new PlatformException($"dnsmasq failed: {(File.Exists(paths.ResolverLog) ? HostCommands.Tail(await File.ReadAllTextAsync(paths.ResolverLog, cancellationToken).ConfigureAwait(false)) : "it left no log.")}")
            {
                Target = paths.Id,
            };
        }
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await BackgroundProgram.EndAsync(paths.ResolverRun, TimeSpan.FromSeconds(1), clock, cancellationToken).ConfigureAwait(false);
        UnixFiles.DeleteIfThere(paths.ResolverRun);
    }

    private static string Config(NetworkRules rules)
    {
        string[] own =
        [
            "no-resolv", "no-hosts", "pid-file=", "listen-address=127.0.0.1", "bind-interfaces", "log-facility=-", "no-ident",
            string.Create(CultureInfo.InvariantCulture, $"port={UplinkRules.NamesPort}"), string.Create(CultureInfo.InvariantCulture, $"query-port={UplinkRules.QuestionPort}"),
        ];
        return string.Concat(own.Concat(Nspawn.ResolverConfig.Internet(rules, UplinkRules.Resolver)).Select(line => line + "\n"));
    }
}
