using System.Diagnostics;
using System.Globalization;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>
/// A terminal with a program in it, whose screen can be read and whose keys can be pressed: the one pane of a tmux server of its own.
/// </summary>
public sealed class Terminal : IAsyncDisposable
{
    private readonly string _socket = Path.Combine(Path.GetTempPath(), "agw-term-" + Guid.NewGuid().ToString("N")[..8]);

    public static async Task<Terminal> OpenAsync(InteractiveCommand command, int width = 120, int height = 40)
    {
        var terminal = new Terminal();
        await terminal.TmuxAsync(
            [
                "-f", "/dev/null", "new-session", "-d", "-x", Text(width), "-y", Text(height), command.FileName, .. command.Arguments,
                ";", "set-option", "-g", "status", "off", ";", "set-option", "-g", "remain-on-exit", "on",
                ";", "resize-window", "-x", Text(width), "-y", Text(height),
            ]);
        return terminal;
    }

    public Task<string> ScreenAsync() => TmuxAsync(["capture-pane", "-p"]);

    public async Task ShowsAsync(string text)
    {
        var screen = string.Empty;
        try
        {
            await Eventually.BecomesAsync(
                async () => (screen = await ScreenAsync()).Contains(text, StringComparison.Ordinal), $"the terminal shows '{text}'");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} It shows:\n{screen}", e);
        }
    }

    /// <summary>Types text as it is.</summary>
    public Task TypeAsync(string text) => TmuxAsync(["send-keys", "-l", "--", text]);

    /// <summary>Presses keys by their tmux names, one after another: two that come within a millisecond are taken for a paste.</summary>
    public async Task PressAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await TmuxAsync(["send-keys", "--", key]);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public Task ResizeAsync(int width, int height) => TmuxAsync(["resize-window", "-x", Text(width), "-y", Text(height)]);

    public async ValueTask DisposeAsync()
    {
        await TmuxAsync(["kill-server"]);
        File.Delete(_socket);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> TmuxAsync(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-S", _socket, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"tmux {arguments[0]}: {await error}");
    }
}
