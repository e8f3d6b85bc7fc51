using System.Diagnostics;

namespace Agentworks.Build;

/// <summary>Runs programs that share this terminal.</summary>
internal static class Tool
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Repository repository, string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = repository.Root };
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["AGENTWORKS_MODULE"] = repository.Module;
        using var process = Process.Start(start) ?? throw new BuildException($"{program} did not start.");
        // Ctrl-C reached the child too: wait for its own end rather than leave it behind.
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    /// <exception cref="BuildException">It exited other than 0.</exception>
    public static async Task RequireAsync(Repository repository, string program, string[] arguments, CancellationToken cancellationToken)
    {
        var code = await RunAsync(repository, program, arguments, cancellationToken);
        if (code != 0)
        {
            throw new BuildException($"{program} {arguments[0]} failed with exit code {code}.");
        }
    }

    /// <summary>The pwsh that build.sh found, or that runs build.ps1; null when there is none.</summary>
    public static string? FindPwsh() => Environment.GetEnvironmentVariable("PWSH") is { Length: > 0 } found ? found : null;

    public const string HowToGetPwsh = "PowerShell 7.4 or later: run `dotnet tool install --global PowerShell`, or see https://aka.ms/install-powershell";

    public static string RequirePwsh() => FindPwsh() ?? throw new BuildException($"This needs {HowToGetPwsh}");
}
