using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Agentworks.Tests.Shared;

/// <summary>A real sshd on loopback with its own host key, configuration and authorized keys; lets the given key in as any user. Needs root.</summary>
public sealed class LoopbackSshd : IAsyncDisposable
{
    private readonly List<string> _log = [];
    private Process? _process;

    private LoopbackSshd(string folder) => Folder = folder;

    public string Folder { get; }

    public int Port { get; } = FreePort();

    /// <summary>Private key that is let in.</summary>
    public string ClientKey => Path.Combine(Folder, "client");

    /// <summary>"ssh-ed25519 AAAA…" as it is now.</summary>
    public string HostKey => File.ReadAllText(Path.Combine(Folder, "host.pub")).Trim();

    /// <summary>What the server has said so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    public static async Task<LoopbackSshd> StartAsync()
    {
        var sshd = new LoopbackSshd(Directory.CreateTempSubdirectory("agw-sshd-").FullName);
        sshd.MakeKey("client");
        File.Copy(sshd.ClientKey + ".pub", Path.Combine(sshd.Folder, "authorized"));
        File.SetUnixFileMode(Path.Combine(sshd.Folder, "authorized"), (UnixFileMode)Convert.ToInt32("644", 8));
        File.SetUnixFileMode(sshd.Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        Directory.CreateDirectory("/run/sshd");
        await sshd.RebuildAsync();
        return sshd;
    }

    /// <summary>Starts again with another host key, on the same address.</summary>
    public async Task RebuildAsync()
    {
        await StopAsync();
        MakeKey("host");
        var configuration = Path.Combine(Folder, "sshd_config");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            ListenAddress 127.0.0.1
            Port {Port}
            HostKey {Folder}/host
            AuthorizedKeysFile {Folder}/authorized
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            LogLevel VERBOSE
            MaxStartups 100
            """);
        _process = new Process { StartInfo = new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", configuration]) { UseShellExecute = false, RedirectStandardError = true } };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.Add(line.Data ?? string.Empty);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        await UntilItListensAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task UntilItListensAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
                return;
            }
            catch (SocketException e)
            {
                if (_process!.HasExited)
                {
                    throw new InvalidOperationException("sshd did not start: " + Log, e);
                }

                await Task.Delay(20, limit.Token);
            }
        }
    }

    private async Task StopAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    private void MakeKey(string name)
    {
        var path = Path.Combine(Folder, name);
        File.Delete(path);
        File.Delete(path + ".pub");
        using var process = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", string.Empty, "-C", "test", "-f", path]);
        process.WaitForExit();
    }
}
