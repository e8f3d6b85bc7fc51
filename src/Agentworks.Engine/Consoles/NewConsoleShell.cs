using Agentworks.Errors;

namespace Agentworks.Consoles;

/// <summary>A shell to put beside a session.</summary>
/// <param name="Session">A member of the console.</param>
/// <param name="WorkingDirectory">Relative to the workspace and inside it; null for the workspace itself.</param>
/// <param name="Admin">The machine's admin's, not that of the session's own user.</param>
public sealed record NewConsoleShell(string Session, string? WorkingDirectory, bool Admin)
{
    /// <exception cref="InvalidRequestException">The folder may lie outside of the workspace.</exception>
    internal void Validate()
    {
        if (WorkingDirectory is not { } folder)
        {
            return;
        }

        var why = folder.Trim().Length == 0 ? "it is empty"
            : folder.StartsWith('/') ? "it must be relative to the workspace"
            : folder.Split('/').Contains("..", StringComparer.Ordinal) ? "'..' is not allowed in it"
            : folder.Any(char.IsControl) ? "control characters are not allowed in it"
            : null;
        if (why is not null)
        {
            throw new InvalidRequestException($"'{folder}' cannot be a shell's folder: {why}.")
            {
                Target = folder,
                Recommendation = "Give a folder of the workspace, such as src/app.",
            };
        }
    }
}
