namespace Agentworks.Platforms.Nspawn;

/// <summary>dnsmasq in a machine's gateway.</summary>
internal sealed class GatewayResolver(NspawnPaths paths, HostCommands commands, TimeProvider clock)
{
    // It keeps what it needs to bind its port, to change the rules' sets and to become nobody.
    private const string Powers = "-all,+net_admin,+net_bind_service,+net_raw,+setuid,+setgid,+setpcap";

    private readonly ResolverProcess process = new((paths.ResolverRun, paths.ResolverLog, paths.ResolverConfig), paths.Id, commands, clock);

    public bool IsRunning => process.IsRunning;

    /// <inheritdoc cref="ResolverProcess.StartAsync"/>
    public Task StartAsync(string config, CancellationToken cancellationToken) =>
        process.StartAsync(config, "dnsmasq is missing.", ["--net=" + paths.Gateway], Powers, "--keep-in-foreground", one => ListeningPorts.Has(one.Pid, 53), cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken) => process.EndAsync(cancellationToken);
}
