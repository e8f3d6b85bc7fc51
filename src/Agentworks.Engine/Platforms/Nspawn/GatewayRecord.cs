using System.Text.Json;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What a gateway was given last. The listing is how nft tells the same rules, so that a change by other hands is seen; null until it was asked for.</summary>
internal sealed record GatewayRecord(NetworkRules Rules, string? Listing)
{
    public static GatewayRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<GatewayRecord>(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public void Write(string file) => UnixFiles.Write(file, JsonSerializer.Serialize(this) + "\n", UnixFiles.OwnerOnly);
}
