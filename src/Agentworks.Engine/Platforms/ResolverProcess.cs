using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms;

/// <summary>dnsmasq in the network of a machine's way out. Its answers are what fills the rules' sets, so a name that it does not answer leads nowhere.</summary>
/// <param name="files">Where it is recorded, what it writes, and its configuration.</param>
/// <param name="id">The machine's.</param>
/// <param name="commands">Runs it.</param>
/// <param name="clock">Waits for it.</param>
internal sealed class ResolverProcess((string Run, string Log, string Config) files, string id, HostCommands commands, TimeProvider clock)
{
    public bool IsRunning => HostProcess.ReadAlive(files.Run) is not null;

    /// <summary>Runs it with this configuration; one that does so already is left alone.</summary>
    /// <param name="config">All of it.</param>
    /// <param name="need">What is said where there is no dnsmasq.</param>
    /// <param name="place">The words for nsenter that lead to the network.</param>
    /// <param name="powers">The capabilities that it keeps, as setpriv writes them.</param>
    /// <param name="foreground">How it stays the process that was started.</param>
    /// <param name="answers">Whether it does so by now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="PrerequisiteMissingException">There is no dnsmasq.</exception>
    public async Task StartAsync(
        string config, string need, IReadOnlyList<string> place, string powers, string foreground, Func<HostProcess, bool> answers, CancellationToken cancellationToken)
    {
        if (HostProcess.ReadAlive(files.Run) is { } running && answers(running)
            && File.Exists(files.Config) && await File.ReadAllTextAsync(files.Config, cancellationToken).ConfigureAwait(false) == config)
        {
            return;
        }

        if (commands.Find("dnsmasq") is null)
        {
            throw new PrerequisiteMissingException(need) { Target = "dnsmasq", Recommendation = "apt-get install dnsmasq-base" };
        }

        await EndAsync(cancellationToken).ConfigureAwait(false);
        UnixFiles.Write(files.Config, config, UnixFiles.OwnerOnly);
        string[] arguments =
        [
            .. place, commands.Require("setpriv"), "--no-new-privs", "--bounding-set=" + powers, commands.Require("dnsmasq"), foreground, "--conf-file=" + files.Config,
        ];
        var process = await new BackgroundProgram(files.Run, files.Log, Ready: null, []).StartAsync(commands, "nsenter", arguments, cancellationToken).ConfigureAwait(false);
        await Waiting.UntilAsync(() => answers(process) || !process.IsAlive(), TimeSpan.FromSeconds(20), clock, cancellationToken).ConfigureAwait(false);
        if (!process.IsAlive() || !answers(process))
        {
            await EndAsync(CancellationToken.None).ConfigureAwait(false);
            var said = HostCommands.Tail(await BackgroundProgram.ReadLogAsync(files.Log, clock, cancellationToken).ConfigureAwait(false));
            throw new PlatformException($"dnsmasq failed: {said}") { Target = id };
        }
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await BackgroundProgram.EndAsync(files.Run, TimeSpan.FromSeconds(1), clock, cancellationToken).ConfigureAwait(false);
        UnixFiles.DeleteIfThere(files.Run);
    }
}
