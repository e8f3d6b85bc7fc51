using System.Globalization;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// dnsmasq in QEMU's network namespace, where some names may be reached and others not. It asks on by UDP alone.
/// </summary>
internal sealed class UplinkResolver(QemuPaths paths, HostCommands commands, TimeProvider clock)
{
    // It keeps what it needs to take its port and to change the rules' sets.
    private const string Powers = "-all,+net_admin,+net_bind_service";

    private readonly ResolverProcess process = new((paths.ResolverRun, paths.ResolverLog, paths.ResolverConfig), paths.Id, commands, clock);

    public bool IsRunning => process.IsRunning;

    /// <summary>Runs it for these rules; one that does so already is left alone.</summary>
    public Task StartAsync(HostProcess qemu, NetworkRules rules, CancellationToken cancellationToken) => process.StartAsync(
        Config(rules),
        "To allow hosts by their names takes dnsmasq, which is not installed.",
        ["--preserve-credentials", "--user", "--net", "--target", qemu.Pid.ToString(CultureInfo.InvariantCulture)],
        Powers,
        // As it is for debugging: where there is one user, it cannot become another.
        "--no-daemon",
        one => QemuUplink.NetworkOf(one.Pid) == QemuUplink.NetworkOf(qemu.Pid) && ListeningPorts.Has(one.Pid, UplinkRules.NamesPort),
        cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken) => process.EndAsync(cancellationToken);

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
