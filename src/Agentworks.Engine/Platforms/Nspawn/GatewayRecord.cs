using System.Text.Json;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What a gateway was given last.</summary>
/// <param name="Rules">What it stands for.</param>
/// <param name="Text">In nft's language. It depends on this computer's addresses too.</param>
/// <param name="Listing">How nft tells the same rules, so that a change by other hands is seen; null until it was asked for.</param>
internal sealed record GatewayRecord(NetworkRules Rules, string Text, string? Listing)
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
