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

    public int Port { get; private set; }

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
        sshd.MakeKey("host");
        for (var tries = 1; ; tries++)
        {
            sshd.Port = FreePort();
            if (await sshd.ListensAsync())
            {
                return sshd;
            }

            // Another may take the port before sshd does.
            if (tries == 10)
            {
                throw new InvalidOperationException("sshd did not start: " + sshd.Log);
            }
        }
    }

    /// <summary>Starts again with another host key, on the same address.</summary>
    public async Task RebuildAsync()
    {
        await StopAsync();
        MakeKey("host");
        if (!await ListensAsync())
        {
            throw new InvalidOperationException("sshd did not start: " + Log);
        }
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

    /// <summary>Starts it. Whether it listens, as it says itself, for another might answer in its place; false when it ended instead.</summary>
    private async Task<bool> ListensAsync()
    {
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
            Subsystem sftp internal-sftp
            MaxStartups 100
            """);
        _process = new Process { StartInfo = new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", configuration]) { UseShellExecute = false, RedirectStandardError = true } };
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("Server listening on ", StringComparison.Ordinal) == true)
            {
                listens.TrySetResult();
            }

            lock (_log)
            {
                _log.Add(line.Data ?? string.Empty);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        return await Task.WhenAny(listens.Task, _process.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(3)) == listens.Task;
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
