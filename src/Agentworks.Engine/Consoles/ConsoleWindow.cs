namespace Agentworks.Consoles;

/// <summary>A window: one onto a session with shells beside it, or a shell alone.</summary>
/// <param name="Name">The session's name, or <see cref="AdminName"/>.</param>
/// <param name="IsShell">A shell alone.</param>
/// <param name="User">The Linux user: the session's own, or whose shell it is.</param>
/// <param name="Path">The workspace; empty for the user's home.</param>
/// <param name="Shells">In the order of their panes.</param>
public sealed record ConsoleWindow(string Name, bool IsShell, string User, string Path, IReadOnlyList<ConsolePane> Shells)
{
    /// <summary>The window of the admin's shell. No session can be called that.</summary>
    public const string AdminName = "--admin--";

    public static ConsoleWindow Shell(string user, string path) => new(AdminName, IsShell: true, user, path, []);
}
