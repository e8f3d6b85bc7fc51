using System.Text.Json;
using System.Text.Json.Serialization;

namespace Agentworks.State.Rows;

/// <summary>A shell beside a session in a console, as it stands in the JSON of <see cref="ConsoleSessionRow"/>.</summary>
/// <param name="Id">Marks its pane; never used again.</param>
/// <param name="WorkingDirectory">Relative to the workspace; null for the workspace itself.</param>
/// <param name="Admin">The admin's, not that of the session's own user.</param>
public sealed record ShellRow(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("cwd")] string? WorkingDirectory,
    [property: JsonPropertyName("admin")] bool Admin)
{
    public static IReadOnlyList<ShellRow> Read(string json) => JsonSerializer.Deserialize<ShellRow[]>(json) ?? [];

    public static string Write(IReadOnlyList<ShellRow> shells) => JsonSerializer.Serialize(shells);
}
