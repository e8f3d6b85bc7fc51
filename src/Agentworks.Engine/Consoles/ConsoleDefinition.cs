using System.Security.Cryptography;
using System.Text;

namespace Agentworks.Consoles;

/// <summary>What a console is to be on its machine.</summary>
/// <param name="Name">Of its tmux session and of the folder of its socket.</param>
/// <param name="Layout">A preset of tmux, or aw-session-vertical.</param>
/// <param name="Windows">In order.</param>
public sealed record ConsoleDefinition(string Name, string Layout, IReadOnlyList<ConsoleWindow> Windows)
{
    public string Socket => $"/run/agentworks/consoles/{Name}/sock";

    /// <summary>As consoles-apply.pl reads it: one thing a line, its parts separated by tabs.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Line("console", Name, Layout);
        foreach (var window in Windows)
        {
            Line("window", window.Name, window.IsShell ? "shell" : "session", window.User, window.Path);
            foreach (var shell in window.Shells)
            {
                Line("shell", shell.Id, shell.User, window.Path, shell.WorkingDirectory ?? string.Empty);
            }
        }

        return text.ToString();

        void Line(params string[] parts) => text.AppendJoin('\t', parts).Append('\n');
    }

    /// <summary>Differs when the definition does.</summary>
    public string Digest => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ToText()))).ToLowerInvariant();
}
