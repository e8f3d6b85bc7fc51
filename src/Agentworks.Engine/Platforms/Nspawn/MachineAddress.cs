using System.Globalization;
using System.Net;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Where a dedicated machine is in the network of its gateway and of other machines: 198.19.0.0/16, a part of what is set aside for tests of networks,
/// so that it is neither somebody's host on the internet nor the operator's own network.
/// </summary>
/// <param name="Number">256 to 32766, this computer's machines have one each.</param>
internal sealed record MachineAddress(int Number)
{
    public const int First = 256;
    public const int Last = 32766;
    public const string Network = "198.19.0.0/16";

    /// <summary>The gateway as each machine sees it; its resolver listens there.</summary>
    public const string Gateway = "198.19.0.1";

    /// <summary>The hub as each gateway sees it, and each gateway as the hub does.</summary>
    public const string Hub = "198.19.0.2";
    public const string HubSide = "198.19.0.3";

    public const string GatewayMac = "02:61:67:00:00:01";
    public const string HubMac = "02:61:67:00:00:02";
    public const string HubSideMac = "02:61:67:00:00:03";

    public IPAddress Address => new([198, 19, (byte)(Number >> 8), (byte)Number]);

    public string Mac => string.Create(CultureInfo.InvariantCulture, $"02:61:67:01:{Number >> 8:x2}:{Number & 0xff:x2}");

    /// <summary>The name of its interface in the hub.</summary>
    public string Port => string.Create(CultureInfo.InvariantCulture, $"p{Number}");

    /// <summary>How many users there are in a machine.</summary>
    public const int UserCount = 1 << 16;

    /// <summary>Whom its root is on this computer: nobody else, and no other machine's user. Where users' numbers end is why the addresses do.</summary>
    public int Users => Number * UserCount;

    /// <summary>The first number to try: the same machine tends to the same address.</summary>
    public static int Prefer(string id) => First + (int)(Hash(id) % (Last - First + 1));

    // FNV-1a; the runtime's own hash is another in each process.
    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));
}
