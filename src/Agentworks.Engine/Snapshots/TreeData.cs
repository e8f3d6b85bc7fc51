using System.Text.Json;

namespace Agentworks.Snapshots;

/// <summary>What is remembered of a tree snapshot: where it is on the machine, and whose its files are there.</summary>
internal sealed record TreeData(string Path, int Uid, int Gid)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static TreeData? Parse(string json) => json == "{}" ? null : JsonSerializer.Deserialize<TreeData>(json);
}
