using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Agentworks.Transport;

namespace Agentworks.Consoles;

/// <summary>
/// A console as a tmuxinator project file. Every text in it is written as JSON writes it, which is YAML too and leaves nothing to
/// interpretation.
/// </summary>
internal static class TmuxinatorFile
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(ConsoleDefinition definition)
    {
        var text = new StringBuilder("# For tmuxinator, as the machine's admin. Agentworks itself builds consoles from its records and never reads this file.\n");
        text.Append("name: ").Append(Quote("aw-console-" + definition.Name)).Append('\n');
        text.Append("root: ").Append(Quote("~/")).Append('\n');
        text.Append("windows:\n");
        foreach (var window in definition.Windows)
        {
            text.Append("  - ").Append(Quote(window.Name)).Append(":\n");
            text.Append("      layout: ").Append(Quote(Layout(definition))).Append("\n      panes:\n");
            Pane(window.IsShell ? ["console-shell", window.User, window.Path] : ["console-window", window.User, window.Name]);
            foreach (var shell in window.Shells)
            {
                Pane(["console-shell", shell.User, window.Path, shell.WorkingDirectory ?? string.Empty]);
            }
        }

        return text.ToString();

        void Pane(string[] words) => text.Append("        - ")
            .Append(Quote($"exec /usr/lib/agentworks/{words[0]} {PosixShell.QuoteAll(words[1..])}")).Append('\n');
    }

    // tmuxinator knows the presets only; the nearest to ours has the session above as well.
    private static string Layout(ConsoleDefinition definition) => definition.Layout == "aw-session-vertical" ? "main-horizontal" : definition.Layout;

    // "<%" would begin a piece of Ruby for tmuxinator.
    private static string Quote(string text) => JsonSerializer.Serialize(text, Json).Replace("<", "\\u003c", StringComparison.Ordinal);
}
