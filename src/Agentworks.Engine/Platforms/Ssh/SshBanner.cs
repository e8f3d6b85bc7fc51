using System.Net.Sockets;
using System.Text;

namespace Agentworks.Platforms.Ssh;

/// <summary>Looks whether an sshd answers at an address: one TCP connection, up to the line with which SSH begins.</summary>
internal static class SshBanner
{
    public static async Task<bool> AnswersAsync(string host, int port, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, both.Token).ConfigureAwait(false);
            var first = new byte[4];
            await client.GetStream().ReadExactlyAsync(first, both.Token).ConfigureAwait(false);
            return Encoding.ASCII.GetString(first) == "SSH-";
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
