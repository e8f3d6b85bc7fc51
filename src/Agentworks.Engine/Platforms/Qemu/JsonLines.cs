using System.Net.Sockets;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>A connection over a unix socket on which both sides send one JSON object a line.</summary>
internal sealed class JsonLines : IAsyncDisposable
{
    // The other side may be a program inside the machine.
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly byte[] buffer = new byte[16384];
    private int start;
    private int end;

    private JsonLines(Socket socket)
    {
        this.socket = socket;
        stream = new NetworkStream(socket, ownsSocket: false);
    }

    /// <exception cref="PlatformException">Nobody listens.</exception>
    public static async Task<JsonLines> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var opened = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await opened.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new JsonLines(opened);
        }
        catch (SocketException e)
        {
            opened.Dispose();
            throw new PlatformException($"Nobody answers at {path}: {e.Message}", e) { Target = path };
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public async Task SendAsync(string line, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken).ConfigureAwait(false);

    /// <returns>Null at the end.</returns>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        while (true)
        {
            var found = Array.IndexOf(buffer, (byte)'\n', start, end - start);
            var stop = found < 0 ? end : found;
            line.Write(buffer, start, stop - start);
            start = found < 0 ? 0 : found + 1;
            if (found >= 0)
            {
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
            }

            if (line.Length > LongestLine)
            {
                throw new PlatformException("A line of more than 4 MiB was received.");
            }

            end = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (end == 0)
            {
                return null;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    private async Task<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It was killed.
            return 0;
        }
    }
}
