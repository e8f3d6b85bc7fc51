using Agentworks.Events;
using Agentworks.Ports;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// The machine's own network namespace. slirp4netns gives it a way out as an ordinary program would: this computer's firewall, forwarding
/// and addresses stay as they are, and nothing outside can reach in.
/// </summary>
internal sealed class MachineNetwork(NspawnPaths paths, HostCommands commands, TimeProvider clock)
{
    /// <summary>slirp4netns's own resolver, which asks those that this computer asks.</summary>
    public const string Resolver = "10.0.2.3";

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        if (Exists())
        {
            return;
        }

        if (File.Exists(paths.Namespace))
        {
            // A name without a namespace behind it: what a restart of this computer, or a kill in the middle, leaves.
            File.Delete(paths.Namespace);
        }

        await commands.RunAsync("ip", ["netns", "add", paths.Name], cancellationToken).ConfigureAwait(false);
        await commands.RunAsync("ip", ["-n", paths.Name, "link", "set", "lo", "up"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the machine its way out. Where that cannot be done the machine works on without one, and a warning tells why.</summary>
    public async Task ConnectAsync(IEventSink events, CancellationToken cancellationToken)
    {
        if (commands.Find("slirp4netns") is null)
        {
            events.Report(new WarningEvent(
                $"Machine {paths.Name} has no internet, because slirp4netns is missing: apt-get install slirp4netns, then restart it."));
            return;
        }

        if (HostProcess.Read(paths.NetworkRun) is { } running && running.IsAlive())
        {
            return;
        }

        var program = new BackgroundProgram(paths.NetworkRun, paths.NetworkLog, paths.NetworkReady, []);
        // In its sandbox slirp4netns unmounts all it sees of the old root. Where /run/netns is shared that would reach out and take every
        // namespace's name from this computer; in a mount namespace that only listens it cannot.
        string[] arguments =
        [
            "--mount", "--propagation", "slave", commands.Require("slirp4netns"),
            "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp",
            "--netns-type=path", "--ready-fd=3", paths.Namespace, "tap0",
        ];
        var process = await program.StartAsync(commands, "unshare", arguments, cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => IsReady() || !process.IsAlive(), TimeSpan.FromSeconds(10), clock, cancellationToken)
            .ConfigureAwait(false);
        if (!IsReady())
        {
            events.Report(new WarningEvent($"Machine {paths.Name} has no internet, because slirp4netns failed: {ReadLog()}"));
        }
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await BackgroundProgram.EndAsync(paths.NetworkRun, TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);
        if (Exists())
        {
            await commands.RunAsync("ip", ["netns", "delete", paths.Name], cancellationToken).ConfigureAwait(false);
        }

        UnixFiles.DeleteIfThere(paths.Namespace);
        UnixFiles.DeleteIfThere(paths.NetworkRun);
    }

    private bool Exists() => MountTable.IsMounted(paths.Namespace);

    private bool IsReady() => new FileInfo(paths.NetworkReady) is { Exists: true, Length: > 0 };

    private string ReadLog() => File.Exists(paths.NetworkLog) ? HostCommands.Tail(File.ReadAllText(paths.NetworkLog)) : "it left no log.";
}
