using System.Globalization;
using System.Net;

namespace Agentworks.Model;

/// <summary>A port of this computer that leads to one of a machine, kept open in the background.</summary>
public sealed record AgwPortForward
{
    public required string Vm { get; init; }
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

    /// <summary>Where a browser on this computer finds it, if it speaks HTTP.</summary>
    public Uri Uri
    {
        get
        {
            var address = IPAddress.Parse(LocalAddress);
            var reached = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
            return new UriBuilder(Uri.UriSchemeHttp, reached.ToString(), LocalPort).Uri;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{new IPEndPoint(IPAddress.Parse(LocalAddress), LocalPort)} -> {Vm}:{RemotePort}");
}
