using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>An sshd of our own on a free port of loopback, with its own host key. Nobody can log in to it.</summary>
public sealed class LoopbackSshd : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private Process? process;

    public int Port { get; private set; }

    /// <summary>"type base64".</summary>
    public string HostKey { get; private set; } = string.Empty;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory("/run/sshd");
        var key = Path.Combine(folder.Path, "host_key");
        await new ProcessRunner().RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key], null, CancellationToken.None);
        HostKey = string.Join(' ', (await File.ReadAllTextAsync(key + ".pub")).Split(' ').Take(2));

        // Another may take the port before sshd does.
        for (var tries = 1; !await ListensAsync(key); tries++)
        {
            Assert.True(tries < 10);
        }
    }

    public async Task DisposeAsync()
    {
        process!.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        process?.Dispose();
        folder.Dispose();
    }

    /// <summary>Starts it. Whether it listens, as it says itself, for another might answer in its place; false when it ended instead.</summary>
    private async Task<bool> ListensAsync(string key)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string[] options =
        [
            "-D", "-e", "-f", "none", "-h", key, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none",
        ];
        process?.Dispose();
        process = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", options) { UseShellExecute = false, RedirectStandardError = true })!;
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("Server listening on ", StringComparison.Ordinal) == true)
            {
                listens.TrySetResult();
            }
        };
        process.BeginErrorReadLine();
        return await Task.WhenAny(listens.Task, process.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(3)) == listens.Task;
    }
}
