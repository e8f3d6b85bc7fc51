using Agentworks.Errors;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms;

/// <summary>A program that outlives us in a session of its own and is known again by the identity that it left in a file.</summary>
/// <param name="Identity">Gets the process's identity before the program begins.</param>
/// <param name="Log">Gets its output, at most 1 MiB.</param>
/// <param name="Ready">The file behind its descriptor 3, for programs that tell when they are ready.</param>
/// <param name="Groups">cgroup.procs files that it writes itself into first.</param>
internal sealed record BackgroundProgram(string Identity, string Log, string? Ready, IReadOnlyList<string> Groups)
{
    public async Task<HostProcess> StartAsync(
        HostCommands commands, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        File.Delete(Identity);
        if (Ready is not null)
        {
            File.Delete(Ready);
        }

        string[] all =
        [
            "--fork", "/bin/sh", "-c", EmbeddedText.Read("launch.sh"), "launch",
            Identity, Log, Ready ?? string.Empty, string.Join(' ', Groups), commands.Require(program), .. arguments,
        ];

        // It returns when the program has let go of our pipes, which is after it wrote its identity. Cut off before, it could not be found again.
        cancellationToken.ThrowIfCancellationRequested();
        var result = await commands.RunAsync(
            "setsid",
            all,
            new ProcessOptions(Timeout: TimeSpan.FromSeconds(30), WorkingDirectory: "/"),
            CancellationToken.None).ConfigureAwait(false);
        return HostProcess.Read(Identity)
            ?? throw new PlatformException($"{program} could not be started: {HostCommands.Tail(result.Error)}") { Target = program };
    }

    /// <summary>What it has written; of one that has ended all of it, for its last words are on their way a moment longer than it lives.</summary>
    public static async Task<string> ReadLogAsync(string log, TimeProvider clock, CancellationToken cancellationToken)
    {
        await Waiting.UntilAsync(() => IsWhole(log), TimeSpan.FromSeconds(2), clock, cancellationToken).ConfigureAwait(false);
        return File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken).ConfigureAwait(false) : string.Empty;
    }

    /// <summary>Ends it, in order first and hard after <paramref name="grace"/>; returns when it is gone.</summary>
    public static async Task EndAsync(string identityFile, TimeSpan grace, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (HostProcess.Read(identityFile) is { } process)
        {
            process.Signal(HostProcess.Terminate);
            if (!await Waiting.UntilAsync(() => !process.IsAlive(), grace, clock, cancellationToken).ConfigureAwait(false))
            {
                process.Signal(HostProcess.Kill);
                await Waiting.UntilAsync(() => !process.IsAlive(), TimeSpan.FromSeconds(5), clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsWhole(string log)
    {
        using var alone = File.Exists(log) ? FileLock.TryTake(log) : null;
        return alone is not null || !File.Exists(log);
    }
}
