using Agentworks.Errors;
using Agentworks.Ports;

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

        // It returns when the program has let go of our pipes, which is after it wrote its identity.
        var result = await commands.RunAsync(
            "setsid",
            all,
            new ProcessOptions(Timeout: TimeSpan.FromSeconds(10), WorkingDirectory: "/"),
            cancellationToken).ConfigureAwait(false);
        return HostProcess.Read(Identity)
            ?? throw new PlatformException($"{program} could not be started: {HostCommands.Tail(result.Error)}") { Target = program };
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
}
