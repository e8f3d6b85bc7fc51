using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Agentworks.PortForwards;

/// <summary>Ports of this computer.</summary>
internal static class LocalPorts
{
    /// <summary>Null when it can be listened on; else why not.</summary>
    public static string? WhyNotFree(IPAddress address, int port)
    {
        try
        {
            Open(address, port).Dispose();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program listens on it",
                SocketError.AccessDenied => "only an administrator may listen on it",
                SocketError.AddressNotAvailable => "this computer has no such address",
                _ => e.Message,
            };
        }
    }

    /// <summary>One that nobody has, though somebody may take it the next moment.</summary>
    public static int FindFree(IPAddress address)
    {
        using var listener = Open(address, 0);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Without touching it: a connection would go through to the machine.</summary>
    public static bool IsListening(IPAddress address, int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(open => open.Port == port && open.Address.Equals(address));

    private static TcpListener Open(IPAddress address, int port)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
