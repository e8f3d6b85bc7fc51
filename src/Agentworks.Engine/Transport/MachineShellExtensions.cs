using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>The usual ways to call a machine.</summary>
public static class MachineShellExtensions
{
    public static Task<RemoteResult> RunAsync(this IMachineShell shell, RemoteCommand command, CancellationToken cancellationToken) =>
        shell.RunAsync(command, null, cancellationToken);

    /// <summary>Runs a command that must succeed.</summary>
    /// <exception cref="RemoteCommandException">It did not; the message is what it wrote to standard error.</exception>
    public static async Task<RemoteResult> RequireAsync(
        this IMachineShell shell, RemoteCommand command, string purpose, CancellationToken cancellationToken)
    {
        var result = await shell.RunAsync(command, null, cancellationToken).ConfigureAwait(false);
        return result.Require(purpose);
    }

    /// <summary>The result of a command that must have succeeded.</summary>
    /// <exception cref="RemoteCommandException">It did not; the message is what it wrote to standard error.</exception>
    public static RemoteResult Require(this RemoteResult result, string purpose)
    {
        if (result.Succeeded)
        {
            return result;
        }

        var reason = result.TimedOut ? "it took too long" : Tail(result.ErrorText.Length > 0 ? result.ErrorText : result.OutputText);
        throw new RemoteCommandException($"{purpose} failed (exit status {result.ExitCode}): {reason}");
    }

    public static Stream ToInput(this string text) => new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false);

    private static string Tail(string text)
    {
        text = text.Trim();
        return text.Length <= 2000 ? text : "…" + text[^2000..];
    }
}
