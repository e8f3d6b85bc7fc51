using System.Diagnostics;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>
/// Looks for a text in an operator's folder. By a process of its own: closing a handle to the state file in this one would silently drop the
/// locks by which SQLite knows that the file is in use.
/// </summary>
public static class HomeSearch
{
    /// <summary>The files that hold it, one a line; empty for none.</summary>
    public static async Task<string> FilesWithAsync(string folder, string text)
    {
        using var process = Process.Start(new ProcessStartInfo("grep", ["-rlaF", "-f", "-", "--", folder])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        var found = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.InRange(process.ExitCode, 0, 1);
        return found;
    }
}
