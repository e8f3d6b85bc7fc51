using System.Diagnostics;
using Agentworks.Platforms;

namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>A connection that a program on a machine keeps open: what is said to it goes out, what comes back is heard.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private const string Program = """
        use Socket; $| = 1; my ($kind, $host, $port) = @ARGV;
        socket(my $s, PF_INET, $kind eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0); connect($s, pack_sockaddr_in($port, inet_aton($host))) or do { print "cut $!\n"; exit };
        print "connected\n"; my $greeted = $kind ne "tcp";
        while (1) {
            my $wait = ""; vec($wait, $_, 1) = 1 for 0, fileno $s; select($wait, undef, undef, undef);
            if (vec($wait, fileno $s, 1)) { my $got = sysread($s, my $t, 999); if (!$got) { print defined $got ? "ended\n" : "cut $!\n"; exit if $kind eq "tcp"; next } print "heard $t", $t =~ /\n$/ ? "" : "\n" }
            if (vec($wait, 0, 1)) { sysread(STDIN, my $t, 999) or exit; chomp $t; send($s, $t, 0) or print "cut $!\n" }
        }
        """;

    private readonly Process process;

    private Conversation(Process process) => this.process = process;

    public static async Task<Conversation> BeginAsync(GatewayFixture fixture, PlatformMachine machine, string kind, string host, int port)
    {
        var shell = fixture.Platform.GetPlatformShell(machine)!;
        var start = new ProcessStartInfo(shell.FileName) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var word in shell.Arguments.Append($"exec perl -e '{Program}' {kind} {host} {port}"))
        {
            start.ArgumentList.Add(word);
        }

        var it = new Conversation(Process.Start(start)!);
        Assert.Equal("connected", await it.HearAsync());
        return it;
    }

    /// <param name="text">A line.</param>
    /// <param name="mayBeCut">A keepalive or retransmission may have told the program before; then there is nobody to say it.</param>
    public async Task SayAsync(string text, bool mayBeCut = false)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(text);
            await process.StandardInput.FlushAsync();
        }
        catch (IOException) when (mayBeCut)
        {
            // What it heard says so.
        }
    }

    public async Task<string?> HearAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
