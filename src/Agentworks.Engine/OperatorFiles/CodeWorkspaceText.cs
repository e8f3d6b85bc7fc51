using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agentworks.OperatorFiles;

/// <summary>
/// A .code-workspace file. A mark says which workspace of whose it is for; what VS Code or the operator added to it stays.
/// </summary>
/// <param name="ownerTag">Of the operator's folder of Agentworks.</param>
public sealed class CodeWorkspaceText(string ownerTag)
{
    private const string Mark = "agentworks";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file for a workspace: the one there is, byte for byte when it is right, else with what is ours put right.</summary>
    /// <param name="current">Null when there is none, or one that cannot be read as JSON.</param>
    /// <param name="workspaceId">Which.</param>
    /// <param name="alias">The machine's name for ssh.</param>
    /// <param name="path">The folder there.</param>
    public byte[] Render(byte[]? current, string workspaceId, string alias, string path)
    {
        var file = current is null ? new JsonObject() : Parse(current) ?? new JsonObject();
        var authority = $"ssh-remote+{alias}";
        var uri = Uri(alias, path);
        if (current is not null && Text(file["remoteAuthority"]) == authority && Text(First(file)?["uri"]) == uri && IdOf(current) == workspaceId)
        {
            return current;
        }

        if (First(file) is { } first)
        {
            first["uri"] = uri;
        }
        else
        {
            file["folders"] = new JsonArray(new JsonObject { ["uri"] = uri });
        }

        file["remoteAuthority"] = authority;
        file[Mark] = new JsonObject { ["owner"] = ownerTag, ["workspace"] = workspaceId };
        return Encoding.UTF8.GetBytes(file.ToJsonString(Indented) + "\n");
    }

    /// <summary>The id of the workspace that the file is for; null when we did not write it, or another folder of Agentworks did.</summary>
    public string? IdOf(byte[] content) =>
        Parse(content)?[Mark] is JsonObject mark && Text(mark["owner"]) == ownerTag ? Text(mark["workspace"]) : null;

    public static string Uri(string alias, string path) =>
        $"vscode-remote://ssh-remote+{alias}{string.Join('/', path.Split('/').Select(System.Uri.EscapeDataString))}";

    private static JsonObject? First(JsonObject file) => file["folders"] is JsonArray { Count: > 0 } folders ? folders[0] as JsonObject : null;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject? Parse(byte[] content)
    {
        try
        {
            var preamble = Encoding.UTF8.GetPreamble();
            ReadOnlySpan<byte> text = content.AsSpan().StartsWith(preamble) ? content.AsSpan(preamble.Length) : content;
            var file = JsonNode.Parse(text, documentOptions: Lenient) as JsonObject;

            // Keys that come twice are found only when the object is looked at.
            _ = file?.Count;
            return file;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
