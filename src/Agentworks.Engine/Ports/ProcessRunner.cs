using System.Diagnostics;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Ports;

/// <inheritdoc />
public sealed class ProcessRunner : IProcessRunner
{
    public async Task<ProcessResult> RunAsync(
        string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ProcessOptions();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.Timeout is { } timeout)
        {
            limit.CancelAfter(timeout);
        }

        using var process = new Process { StartInfo = Describe(fileName, arguments, options) };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PrerequisiteMissingException($"{fileName} could not be started: {e.Message}") { Target = fileName };
        }

        try
        {
            var output = ReadAsync(process.StandardOutput, options.OnOutputLine, limit.Token);
            var error = ReadAsync(process.StandardError, options.OnErrorLine, limit.Token);
            await FeedAsync(process, options.Input, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new ProcessResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // One that has ended may have left others that hold its output open.
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);

                // What it did must be over before the caller undoes it. A killed process ends at once, unless the kernel is in the middle of something.
                await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(500, CancellationToken.None)).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new OperationTimedOutException($"{fileName} did not finish within {options.Timeout}.") { Target = fileName };
        }
    }

    public string? Find(string program)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        var folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (!OperatingSystem.IsWindows())
        {
            folders = [.. folders, "/usr/local/sbin", "/usr/sbin", "/sbin"];
        }

        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd", program] : [program];
        return folders.SelectMany(_ => names, Path.Combine).FirstOrDefault(File.Exists);
    }

    private static ProcessStartInfo Describe(string fileName, IReadOnlyList<string> arguments, ProcessOptions options)
    {
        var start = new ProcessStartInfo(fileName)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = options.WorkingDirectory ?? string.Empty,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in options.Environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task FeedAsync(Process process, Stream? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                await input.CopyToAsync(process.StandardInput.BaseStream, cancellationToken).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not care for its input; its exit status tells the rest.
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onLine, CancellationToken cancellationToken)
    {
        if (onLine is null)
        {
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }

        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            onLine(line);
            text.AppendLine(line);
        }

        return text.ToString();
    }
}
