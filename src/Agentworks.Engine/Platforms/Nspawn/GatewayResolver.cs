using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>dnsmasq in a machine's gateway. Its answers are what fills the rules' sets, so a name that it does not answer leads nowhere.</summary>
internal sealed class GatewayResolver(NspawnPaths paths, HostCommands commands, TimeProvider clock)
{
    // It keeps what it needs to bind its port, to change the rules' sets and to become nobody.
    private const string Powers = "-all,+net_admin,+net_bind_service,+net_raw,+setuid,+setgid,+setpcap";

    public bool IsRunning => HostProcess.Read(paths.ResolverRun) is { } process && process.IsAlive();

    /// <summary>Runs it with this configuration; one that does so already is left alone.</summary>
    public async Task StartAsync(string config, CancellationToken cancellationToken)
    {
        if (IsRunning && File.Exists(paths.ResolverConfig) && await File.ReadAllTextAsync(paths.ResolverConfig, cancellationToken).ConfigureAwait(false) == config)
        {
            return;
        }

        if (commands.Find("dnsmasq") is null)
        {
            throw new PrerequisiteMissingException("dnsmasq is missing.") { Target = "dnsmasq", Recommendation = "apt-get install dnsmasq-base" };
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
        UnixFiles.Write(paths.ResolverConfig, config, UnixFiles.OwnerOnly);
        var program = new BackgroundProgram(paths.ResolverRun, paths.ResolverLog, Ready: null, []);
        string[] arguments =
        [
            "--net=" + paths.Gateway, commands.Require("setpriv"), "--no-new-privs", "--bounding-set=" + Powers,
            commands.Require("dnsmasq"), "--keep-in-foreground", "--conf-file=" + paths.ResolverConfig,
        ];
        var process = await program.StartAsync(commands, "nsenter", arguments, cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => ListeningPorts.Has(process.Pid, 53) || !process.IsAlive(), TimeSpan.FromSeconds(5), clock, cancellationToken)
            .ConfigureAwait(false);
        if (!process.IsAlive() || !ListeningPorts.Has(process.Pid, 53))
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
}
