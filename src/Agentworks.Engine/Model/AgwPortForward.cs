using System.Globalization;
using System.Net;

namespace Agentworks.Model;

/// <summary>A port of this computer that leads to one of a machine, kept open in the background.</summary>
public sealed record AgwPortForward
{
    public required string Vm { get; init; }

    /// <summary>The workspace that it was made for; null: for the machine.</summary>
    public string? Workspace { get; init; }

    public required string LocalAddress { get; init; }
    public required int LocalPort { get; init; }

    /// <summary>On the machine's own localhost.</summary>
    public required int RemotePort { get; init; }

    public PortForwardStatus Status { get; init; }

    /// <summary>The process on this computer that keeps it open; null when none runs.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Why the last attempt to connect failed; null while it is connected.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset Created { get; init; }
    public required string Id { get; init; }

    /// <summary>Where a program on this computer finds it: http for all but those ports that are known for something else.</summary>
    public Uri Uri
    {
        get
        {
            var address = IPAddress.Parse(LocalAddress);
            var reached = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
            return new UriBuilder(Scheme, reached.ToString(), LocalPort).Uri;
        }
    }

    private string Scheme => RemotePort switch
    {
        443 or 8443 => Uri.UriSchemeHttps,
        21 or 22 or 23 or 25 or 53 or 110 or 143 or 389 or 465 or 587 or 636 or 993 or 995 or 1433 or 1521 or 1883 or 2049 or 3306 or 4222 or 5432 or 5672
            or 5900 or 6379 or 9092 or 11211 or 27017 => "tcp",
        _ => Uri.UriSchemeHttp,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{new IPEndPoint(IPAddress.Parse(LocalAddress), LocalPort)} -> {Vm}:{RemotePort}");
}
