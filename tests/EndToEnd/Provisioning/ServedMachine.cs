using System.Buffers.Binary;
using System.Text;
using Agentworks.Commands;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;

namespace Agentworks.Tests.EndToEnd.Provisioning;

/// <summary>A machine with a web server of its own on loopback, which serves a repository of packages and scripts that install something.</summary>
public sealed class ServedMachine : IAsyncLifetime
{
    public const string Vm = "served";
    public const string Address = "http://127.0.0.1:8099";
    private const string Server = """
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8099, Listen => 20, ReuseAddr => 1) or die $!;
        $SIG{CHLD} = 'IGNORE';
        while (my $client = $server->accept) {
            next if fork;
            my ($path) = (scalar <$client>) =~ m{^GET /(\S+)};
            while (<$client>) { last if /^\r?$/ }
            my ($status, $body) = ('404 Not Found', '');
            if (open(my $file, '<', "/srv/$path")) {
                local $/;
                ($status, $body) = ('200 OK', <$file>);
            }
            print $client "HTTP/1.1 $status\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
            exit;
        }
        """;

    private TestHome? _home;
    private AgentworksEngine? _engine;
    private string _sent = string.Empty;

    public AgentworksEngine Engine => _engine!;

    public async Task InitializeAsync()
    {
        if (new RepositoryFactAttribute().Skip is not null)
        {
            return;
        }

        _home = await TestHome.CreateAsync();
        _sent = Path.Combine(_home.Path, "sent");
        _engine = AgentworksEngine.Open(TestOptions.For(_home.Path) with
        {
            // What is sent to the machine is also written down, so that requests can be counted.
            Connect = command => command with
            {
                FileName = "/bin/sh",
                Arguments = ["-c", "sent=$1; shift; tee -a \"$sent\" | \"$@\"", "sh", _sent, command.FileName, .. command.Arguments],
            },
        });
        await _engine.Vms.CreateAsync(new NewVm { Name = Vm, Platform = "nspawn", DiskGiB = 4 }, NullEventSink.Instance, CancellationToken.None);
        var repository = await AptRepository.BuildAsync(Path.Combine(_home.Path, "apt"), ["agw-one", "agw-two", "agw-three", "mise"]);
        var archive = Path.Combine(_home.Path, "served.tar");
        Assert.True((await new ProcessRunner().RunAsync("tar", ["-C", repository, "-cf", archive, "."], null, CancellationToken.None)).Succeeded);
        await RunAsync("sudo -n tar -xf - -C /srv --no-same-owner && sudo -n chmod -R a+rX /srv", await File.ReadAllBytesAsync(archive));
        await RunAsync("sudo -n tee /usr/local/lib/serve.pl > /dev/null && sudo -n systemd-run --quiet --unit serve perl /usr/local/lib/serve.pl", Encoding.UTF8.GetBytes(Server));
        await Eventually.BecomesAsync(async () => (await MachineFixture.RunAsync(Engine, $"curl -fsS {Address}/Release", null, null)).ExitCode == 0, "the server answers");
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        if (_home is not null)
        {
            await _home.DisposeAsync();
        }
    }

    public Task ConfigureAsync(string toml) => File.WriteAllTextAsync(Path.Combine(_home!.Path, "config.toml"), toml);

    public async Task<AgwInitialization> InitializeVmAsync() => await Engine.Vms.InitializeAsync(Vm, NullEventSink.Instance, CancellationToken.None);

    public async Task<IReadOnlyList<AgwStateCheck>> CheckAsync() =>
        (await Outcomes.DrainAsync(Engine.Vms.CheckAsync([Vm], CancellationToken.None)))[0];

    /// <summary>A script as root; returns what it wrote.</summary>
    public Task<string> RootAsync(string script) => RunAsync("sudo -n sh -eu", Encoding.UTF8.GetBytes(script));

    /// <summary>How many requests the work sends over the open connection.</summary>
    public async Task<int> CountRequestsAsync(Func<Task> work)
    {
        var before = new FileInfo(_sent).Length;
        await work();
        var frames = (await File.ReadAllBytesAsync(_sent)).AsMemory((int)before);
        var count = 0;
        while (frames.Length > 0)
        {
            // Type, stream, length; R runs, V evaluates.
            count += frames.Span[0] is (byte)'R' or (byte)'V' ? 1 : 0;
            frames = frames[(9 + BinaryPrimitives.ReadInt32BigEndian(frames.Span[5..]))..];
        }

        return count;
    }

    private async Task<string> RunAsync(string command, byte[] input)
    {
        var request = new CommandRequest { Command = command, Input = input, Timeout = TimeSpan.FromMinutes(2) };
        var result = (await Outcomes.DrainAsync(Engine.Commands.InvokeAsync([new CommandTarget(Vm, null, null)], request, CancellationToken.None)))[0];
        Assert.True(result.ExitCode == 0, $"{command}: {result.Output}{result.ErrorOutput}");
        return result.Output;
    }
}
