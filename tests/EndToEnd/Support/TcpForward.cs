using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>A port on loopback behind which a program speaks for each connection, as ssh's ProxyCommand does.</summary>
public sealed class TcpForward : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly string _command;
    private int _connections;

    public TcpForward(string command, IPAddress? address = null, int port = 0)
    {
        _command = command;
        _listener = new TcpListener(address ?? IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How many there have been.</summary>
    public int Connections => _connections;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                open.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec " + _command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using (client)
        {
            var stream = client.GetStream();
            try
            {
                await await Task.WhenAny(
                    PumpAsync(stream, process.StandardInput.BaseStream), PumpAsync(process.StandardOutput.BaseStream, stream));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // Either end has gone.
            }
        }

        process.Kill();
    }

    private async Task PumpAsync(Stream from, Stream to)
    {
        var buffer = new byte[65536];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            await to.FlushAsync(_stop.Token);
        }
    }
}
