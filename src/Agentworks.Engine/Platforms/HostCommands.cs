using System.Text;
using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms;

/// <summary>Runs this computer's own tools, each bounded in time; a failing one becomes an exception with what it said.</summary>
/// <param name="processes">Runs them.</param>
/// <param name="fence">The operation on a machine that they belong to; null when to none.</param>
internal sealed class HostCommands(IProcessRunner processes, OperationFence? fence = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // What they say is read, whatever the operator's language.
    private static readonly Dictionary<string, string?> English = new(StringComparer.Ordinal) { ["LC_ALL"] = "C.UTF-8" };

    public string? Find(string program) => processes.Find(program);

    /// <summary>The program's full path.</summary>
    public string Require(string program) => processes.Find(program)
        ?? throw new PrerequisiteMissingException($"The program '{program}' is not installed.") { Target = program };

    /// <returns>Its output.</returns>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await TryAsync(program, arguments, cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? result.Output
            : throw Failed(program, result);
    }

    /// <summary>The same for a program that reads a text from its standard input.</summary>
    public async Task<string> FeedAsync(string program, IReadOnlyList<string> arguments, string input, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var options = new ProcessOptions(text, limit, WorkingDirectory: "/");
        var result = await RunAsync(program, arguments, options, cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? result.Output
            : throw Failed(program, result);
    }

    public Task<ProcessResult> TryAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(program, arguments, new ProcessOptions(Timeout: Limit, WorkingDirectory: "/"), cancellationToken);

    public Task<ProcessResult> RunAsync(
        string program, IReadOnlyList<string> arguments, ProcessOptions options, CancellationToken cancellationToken)
    {
        var (file, all) = fence?.Wrap(Require(program), arguments) ?? (Require(program), arguments);
        return processes.RunAsync(file, all, options with { Environment = options.Environment ?? English }, cancellationToken);
    }

    private static AgentworksException Failed(string program, ProcessResult result)
    {
        var said = Tail(result.Error + result.Output);
        return DiskFullException.IsToldBy(said) ? new DiskFullException($"{program}: {said}", program)
            : new PlatformException($"{program} failed with exit code {result.ExitCode}: {said}") { Target = program };
    }

    /// <summary>The last lines of what a program said, for a message.</summary>
    public static string Tail(string text, int lines = 12)
    {
        var all = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return all.Length == 0 ? "it said nothing." : string.Join('\n', all.TakeLast(lines));
    }
}
