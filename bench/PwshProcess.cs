using System.Diagnostics;

namespace Agentworks.Bench;

/// <summary>Runs a script in a fresh pwsh without profile.</summary>
public static class PwshProcess
{
    /// <returns>What the script wrote, trimmed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string pwsh, string script, string home, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(pwsh) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'\n" + script])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["AGENTWORKS_HOME"] = home;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{pwsh} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"pwsh failed: {await error}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
