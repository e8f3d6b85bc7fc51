namespace Agentworks.State.Rows;

/// <summary>A session's place in a console. Positions order the members and may have gaps.</summary>
/// <param name="ConsoleId">The console.</param>
/// <param name="SessionId">A session of the console's machine.</param>
/// <param name="Position">Smaller comes first.</param>
/// <param name="Shells">JSON array of <see cref="ShellRow"/>.</param>
public sealed record ConsoleSessionRow(string ConsoleId, string SessionId, int Position, string Shells);
