using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Agentworks.Tests.Shared;

/// <summary>
/// A TCP proxy on loopback that makes a connection worse: slower, cut, stalled or reset. Settings hold for what passes from then on.
/// </summary>
public sealed class DelayProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<CancellationToken, Task<Stream>> _connect;
    private readonly List<Link> _links = [];
    private readonly Task _accepting;
    private readonly long[] _bytes = new long[2];
    private volatile bool _stalled;
    private volatile TaskCompletionSource? _heldReplies;

    public DelayProxy(int port)
        : this(cancellationToken => ConnectAsync(port, cancellationToken))
    {
    }

    /// <param name="connect">Makes the far side of each connection.</param>
    public DelayProxy(Func<CancellationToken, Task<Stream>> connect)
    {
        _connect = connect;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Added to each direction; a round trip pays it twice.</summary>
    public TimeSpan OneWayDelay { get; set; }

    /// <summary>Cuts the connection for once as soon as so many bytes went to the server, not one more.</summary>
    public long? CutAfterSent { get; set; }

    /// <summary>Cuts the connection for once as soon as so many bytes came back, not one more.</summary>
    public long? CutAfterReceived { get; set; }

    /// <summary>Cuts by a reset instead of an orderly end.</summary>
    public bool CutByReset { get; set; }

    /// <summary>Connections accepted so far.</summary>
    public int Connections { get; private set; }

    public bool HasOpenConnections
    {
        get
        {
            lock (_links)
            {
                return _links.Count > 0;
            }
        }
    }

    public long SentBytes => Interlocked.Read(ref _bytes[0]);
    public long ReceivedBytes => Interlocked.Read(ref _bytes[1]);

    /// <summary>When set, sees all bytes on their way; true for those to the server.</summary>
    public Action<bool, ReadOnlyMemory<byte>>? OnBytes { get; set; }

    /// <summary>Nothing passes any more, and no end either: a black hole, also for new connections.</summary>
    public void Stall() => _stalled = true;

    /// <summary>New connections pass again; what was stalled stays so.</summary>
    public void Unstall() => _stalled = false;

    /// <summary>Keeps everything from the server back until <see cref="ReleaseReplies"/>.</summary>
    public void HoldReplies() => _heldReplies ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseReplies()
    {
        var held = _heldReplies;
        _heldReplies = null;
        held?.TrySetResult();
    }

    /// <summary>Ends all connections; the next ones pass.</summary>
    public void CutNow()
    {
        Link[] links;
        lock (_links)
        {
            links = [.. _links];
        }

        foreach (var link in links)
        {
            link.Close(CutByReset);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        await _end.CancelAsync();
        _listener.Stop();
        ReleaseReplies();
        CutNow();
        try
        {
            await _accepting;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return client.GetStream();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var socket = await _listener.AcceptSocketAsync(_end.Token);
            socket.NoDelay = true;
            Connections++;
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Stream far;
        try
        {
            far = await _connect(_end.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return;
        }

        var link = new Link(socket, far);
        lock (_links)
        {
            _links.Add(link);
        }

        await Task.WhenAll(PumpAsync(link, toServer: true), PumpAsync(link, toServer: false));
        lock (_links)
        {
            _links.Remove(link);
        }
    }

    private async Task PumpAsync(Link link, bool toServer)
    {
        var (from, to) = toServer ? (link.Near, link.Far) : (link.Far, link.Near);
        var queue = Channel.CreateBounded<(byte[] Data, long Due)>(256);
        var writing = WriteAsync(link, to, toServer, queue.Reader);
        try
        {
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await from.ReadAsync(buffer, _end.Token)) > 0)
            {
                var due = Environment.TickCount64 + (long)OneWayDelay.TotalMilliseconds;
                await queue.Writer.WriteAsync((buffer[..read], due), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or ChannelClosedException)
        {
        }

        queue.Writer.TryComplete();
        await writing;
        if (!_stalled)
        {
            link.Close(reset: false);
        }
    }

    private async Task WriteAsync(Link link, Stream to, bool toServer, ChannelReader<(byte[] Data, long Due)> queue)
    {
        try
        {
            await foreach (var (data, due) in queue.ReadAllAsync(_end.Token))
            {
                var wait = due - Environment.TickCount64;
                if (wait > 0)
                {
                    await Task.Delay((int)wait, _end.Token);
                }

                if (!toServer && _heldReplies is { } held)
                {
                    await held.Task.WaitAsync(_end.Token);
                }

                if (_stalled)
                {
                    await Task.Delay(Timeout.Infinite, _end.Token);
                }

                var allowed = Allowed(toServer, data.Length);
                await to.WriteAsync(data.AsMemory(0, allowed), _end.Token);
                await to.FlushAsync(_end.Token);
                OnBytes?.Invoke(toServer, data.AsMemory(0, allowed));
                if (allowed < data.Length || IsAtCut(toServer))
                {
                    (CutAfterSent, CutAfterReceived) = (null, null);
                    link.Close(CutByReset);
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            link.Close(reset: false);
        }
    }

    private int Allowed(bool toServer, int length)
    {
        var already = Interlocked.Read(ref _bytes[toServer ? 0 : 1]);
        var cut = toServer ? CutAfterSent : CutAfterReceived;
        var allowed = cut is { } at ? (int)Math.Clamp(at - already, 0, length) : length;
        Interlocked.Add(ref _bytes[toServer ? 0 : 1], allowed);
        return allowed;
    }

    private bool IsAtCut(bool toServer) =>
        (toServer ? CutAfterSent : CutAfterReceived) is { } cut && Interlocked.Read(ref _bytes[toServer ? 0 : 1]) >= cut;

    private sealed class Link(Socket socket, Stream far)
    {
        public Stream Near { get; } = new NetworkStream(socket, ownsSocket: true);
        public Stream Far { get; } = far;

        public void Close(bool reset)
        {
            try
            {
                if (reset)
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
            }

            Near.Dispose();
            Far.Dispose();
        }
    }
}
