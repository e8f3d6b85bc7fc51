using System.Diagnostics;
using System.Globalization;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>A process of its own that makes one thing and is killed in the middle.</summary>
public static class KilledMaker
{
    /// <summary>Whether the maker was killed at this step; false when it had fewer steps and came to its end.</summary>
    public static Task<bool> DiesAsync(string home, int step, string kind, string name, params string[] more) =>
        DiesAsync(home, step.ToString(CultureInfo.InvariantCulture), kind, name, more);

    /// <param name="home">The operator's folder.</param>
    /// <param name="when">The step, or "step+milliseconds" for somewhere in what follows it.</param>
    /// <param name="kind">What is made.</param>
    /// <param name="name">Its name.</param>
    /// <param name="more">What else it takes.</param>
    public static async Task<bool> DiesAsync(string home, string when, string kind, string name, params string[] more)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", host, home, kind, name, when, .. more]) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode is 0 or 137, error);
        return process.ExitCode == 137;
    }
}
