using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Bench.Transport;

/// <summary>A real sshd on loopback and what the benchmarks of the channel start against it.</summary>
public sealed class SshBench : IAsyncDisposable
{
    private const string Id = "bench";
    private readonly LoopbackSshd _sshd;
    private readonly string _folder;

    private SshBench(LoopbackSshd sshd, string folder) => (_sshd, _folder) = (sshd, folder);

    public int Port => _sshd.Port;

    /// <exception cref="BenchSkippedException">No sshd can run here.</exception>
    public static async Task<SshBench> StartAsync(BenchContext context, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/sshd"))
        {
            throw new BenchSkippedException("needs root and sshd");
        }

        var bench = new SshBench(await LoopbackSshd.StartAsync(), context.NewFolder("ssh-" + Guid.NewGuid().ToString("N")[..8]));
        await new KnownHosts(bench.KnownHostsFile).PinAsync(Id, [bench._sshd.HostKey], cancellationToken);
        return bench;
    }

    /// <summary>The product's way.</summary>
    public MachineShell Shell(int port) => new(
        new SshCommandBuilder(KnownHostsFile).Channel(new SshEndpoint("127.0.0.1", port, Id), "bench", "root", _sshd.ClientKey, sudo: false),
        new ChannelOptions { OperationsFolder = Path.Combine(_folder, "ops") });

    /// <summary>Arguments for plain ssh and scp, as a careful person would give them.</summary>
    public IReadOnlyList<string> Options(int port, params string[] more) =>
    [
        "-q", "-i", _sshd.ClientKey, "-o", $"Port={port}", "-o", "BatchMode=yes", "-o", $"HostKeyAlias={Id}", "-o", $"UserKnownHostsFile={KnownHostsFile}", .. more,
    ];

    public string PathOf(string name) => Path.Combine(_folder, name);

    public ValueTask DisposeAsync() => _sshd.DisposeAsync();

    private string KnownHostsFile => PathOf("known_hosts");
}
