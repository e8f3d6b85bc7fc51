using System.Diagnostics;
using Agentworks.Errors;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>This machine as the far end of channels, with a folder of its own, directly or behind a TCP proxy that can be made bad.</summary>
public sealed class TestMachine : IAsyncDisposable
{
    // Joins standard streams and a TCP connection, and ends when either ends.
    private const string Relay =
        """
        use IO::Socket::INET; my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ARGV[0]) or die "refused\n";
        while (1) {
            my $r = ''; vec($r, 0, 1) = 1; vec($r, fileno($s), 1) = 1; select($r, undef, undef, undef);
            for ([*STDIN, $s, 0], [$s, *STDOUT, fileno $s]) {
                my ($from, $to, $fd) = @$_; next unless vec($r, $fd, 1);
                sysread($from, my $b, 65536) or exit 0;
                while (length $b) { my $n = syswrite($to, $b); defined $n or exit 0; substr($b, 0, $n, '') }
            }
        }
        """;

    private readonly List<IAsyncDisposable> _owned = [];

    // The far ends of proxies read pipes, each of which keeps a pool thread waiting.
    static TestMachine() => ThreadPool.SetMinThreads(64, 64);

    public string Folder { get; } = Directory.CreateTempSubdirectory("agw-transport-").FullName;

    public string Operations => Path.Combine(Folder, "ops");

    /// <summary>A shell over a child process.</summary>
    public MachineShell Direct(ChannelOptions? options = null) =>
        Own(new MachineShell(new ChannelCommand("/bin/sh", ["-c"]) { MachineName = "local", IsLocal = true }, With(options)));

    /// <summary>A shell over a plain TCP connection through <paramref name="proxy"/>, where every frame can be seen.</summary>
    public MachineShell Through(DelayProxy proxy, ChannelOptions? options = null) =>
        Own(new MachineShell(new ChannelCommand("/usr/bin/perl", ["-e", Relay, $"{proxy.Port}"]) { MachineName = "local" }, With(options)));

    /// <summary>A proxy each of whose connections ends in a new shell on this machine.</summary>
    public DelayProxy Proxy() => Own(new DelayProxy(StartShellAsync));

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A cut before anything was sent is a failure to connect: it says that nothing ran, and so the caller may try again.</summary>
    public static async Task<RemoteResult> RetryIfItNeverRanAsync(MachineShell shell, RemoteCommand command)
    {
        try
        {
            return await shell.RunAsync(command, CancellationToken.None);
        }
        catch (ConnectionFailedException)
        {
            return await shell.RunAsync(command, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static Task<Stream> StartShellAsync(CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", ChannelProgram.CommandLine(sudo: false)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return Task.FromResult<Stream>(new ProcessStream(process));
    }

    private ChannelOptions With(ChannelOptions? options) => (options ?? new ChannelOptions()) with { OperationsFolder = Operations };

    private T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _owned.Add(thing);
        return thing;
    }
}
