using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// slirp4netns gives a network namespace a way out as an ordinary program would: this computer's firewall, forwarding and addresses stay
/// as they are, and nothing outside can reach in.
/// </summary>
internal sealed class SlirpProcess(NspawnPaths paths, TimeProvider clock)
{
    public bool IsReady => HostProcess.ReadAlive(paths.NetworkRun) is not null && HasSaidReady;

    private bool HasSaidReady => new FileInfo(paths.NetworkReady) is { Exists: true, Length: > 0 };

    /// <summary>Null when the way out stands; else why not.</summary>
    public async Task<string?> StartAsync(
        HostCommands commands, string networkNamespace, string device, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        // One that runs may be of a call that was ended before it was ready.
        var process = HostProcess.ReadAlive(paths.NetworkRun)
            ?? await LaunchAsync(commands, networkNamespace, device, options, cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => HasSaidReady || !process.IsAlive(), TimeSpan.FromSeconds(20), clock, cancellationToken)
            .ConfigureAwait(false);
        return IsReady ? null : HostCommands.Tail(await BackgroundProgram.ReadLogAsync(paths.NetworkLog, clock, cancellationToken).ConfigureAwait(false));
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await BackgroundProgram.EndAsync(paths.NetworkRun, TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);
        UnixFiles.DeleteIfThere(paths.NetworkRun);
    }

    private Task<HostProcess> LaunchAsync(
        HostCommands commands, string networkNamespace, string device, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        var program = new BackgroundProgram(paths.NetworkRun, paths.NetworkLog, paths.NetworkReady, []);
        // In its sandbox slirp4netns unmounts all it sees of the old root. Where /run/netns is shared that would reach out and take every
        // namespace's name from this computer; in a mount namespace that only listens it cannot.
        string[] arguments =
        [
            "--mount", "--propagation", "slave", commands.Require("slirp4netns"),
            "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp", .. options,
            "--netns-type=path", "--ready-fd=3", networkNamespace, device,
        ];
        return program.StartAsync(commands, "unshare", arguments, cancellationToken);
    }
}
