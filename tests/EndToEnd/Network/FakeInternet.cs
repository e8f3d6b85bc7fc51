using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>
/// A namespace that stands where a gateway's way out would lead, in which every address of the world is a host that answers. Nothing leaves it, and
/// it has seen all that came in.
/// </summary>
internal sealed class FakeInternet : IGatewayUplink, IAsyncDisposable
{
    private static int count;

    private readonly ProcessRunner processes = new();
    private readonly ConcurrentDictionary<string, int> links = new(StringComparer.Ordinal);
    private readonly List<Process> servers = [];
    private readonly string name = $"agw-test-net-{Environment.ProcessId}-{Interlocked.Increment(ref count)}";
    private int next;

    public IPAddress Resolver { get; } = IPAddress.Parse("198.18.255.53");

    /// <summary>What its hosts received, a line each.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>The questions that its resolver got.</summary>
    public ConcurrentQueue<string> Questions { get; } = new();

    public async Task StartAsync()
    {
        // What killed runs left.
        await ShellAsync("""
            for old in /run/netns/agw-test-net-*; do
              pid=${old#/run/netns/agw-test-net-}
              [ ! -e "$old" ] || [ -d "/proc/${pid%-*}" ] || ip netns delete "${old##*/}"
            done
            """);
        await ShellAsync($$"""
            ip netns add {{name}}
            ip -n {{name}} -batch - <<'EOF'
            link set lo up
            addr add {{Resolver}}/32 dev lo
            route add local 0.0.0.0/0 dev lo table main
            EOF
            nsenter --net=/run/netns/{{name}} nft -f - <<'EOF'
            table ip hosts {
              chain names {
              }
              chain everything {
                type nat hook prerouting priority dstnat; policy accept;
                ip daddr {{Resolver}} accept
                jump names
                meta l4proto { tcp, udp } redirect to :7
              }
            }
            EOF
            """);
        var ready = new TaskCompletionSource();
        Serve(line => { if (line == "ready") { ready.TrySetResult(); } else { Received.Enqueue(line); } }, "perl", Path.Combine(AppContext.BaseDirectory, "Network", "fake-internet.pl"));
        Serve(
            line => { if (line.Contains("query[", StringComparison.Ordinal)) { Questions.Enqueue(line[(line.IndexOf(']', line.IndexOf("query[", StringComparison.Ordinal)) + 2)..].Split(' ')[0]); } },
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--user=root", "--log-queries", "--log-facility=-", "--cache-size=0",
            "--address=/#/203.0.113.99", "--address=/good.example/203.0.113.20", "--address=/rebind.example/192.168.77.7", "--address=/rebind.example/169.254.169.254", "--address=/late.example/203.0.113.21");
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public bool IsConnected(NspawnPaths paths) => links.ContainsKey(paths.Id);

    public async Task ConnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken)
    {
        if (links.ContainsKey(paths.Id))
        {
            return;
        }

        var number = Interlocked.Increment(ref next);
        await ShellAsync($$"""
            ip link add u{{number}} netns {{name}} type veth peer name up0 netns {{paths.GatewayName}}
            ip -n {{name}} -batch - <<'EOF'
            addr add 198.18.{{number}}.2/24 dev u{{number}}
            link set u{{number}} up
            EOF
            ip -n {{paths.GatewayName}} -batch - <<'EOF'
            addr add 198.18.{{number}}.100/24 dev up0
            link set up0 up
            route add default via 198.18.{{number}}.2
            EOF
            nsenter --net=/run/netns/{{name}} nft -f - <<'EOF'
            {{Watch("u" + number)}}
            EOF
            """);
        links[paths.Id] = number;
    }

    public async Task DisconnectAsync(NspawnPaths paths, HostCommands commands, CancellationToken cancellationToken)
    {
        if (links.TryRemove(paths.Id, out var number))
        {
            await ShellAsync($"ip -n {name} link delete u{number} 2>/dev/null || true");
        }
    }

    /// <summary>A program that stands where slirp4netns would: it leads the network of a process into this internet, for as long as it runs.</summary>
    public async Task<(string Program, string Link)> WriteSlirpAsync(string folder)
    {
        var link = $"u{Interlocked.Increment(ref next)}";
        var file = Path.Combine(folder, "slirp4netns");
        await File.WriteAllTextAsync(file, $$"""
            #!/bin/sh
            set -eu
            for word; do pid=${device:-} device=$word; done
            trap 'kill $! || true; ip -n {{name}} link delete {{link}}; exit' TERM
            ip link add {{link}} netns {{name}} type veth peer name "$device" netns "$pid"
            ip -n {{name}} -batch - <<'EOF'
            addr add 10.0.2.2/24 dev {{link}}
            addr replace 10.0.2.3/32 dev lo
            link set {{link}} up
            EOF
            nsenter --net="/proc/$pid/ns/net" ip -batch - <<EOF
            addr add 10.0.2.100/24 dev $device
            link set $device up
            route add default via 10.0.2.2
            EOF
            nsenter --net=/run/netns/{{name}} nft -f - <<'EOF'
            add rule ip hosts names ip daddr 10.0.2.3 meta l4proto { tcp, udp } th dport 53 accept
            {{Watch(link)}}
            EOF
            echo 1 >&3
            sleep infinity &
            wait
            """);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return (file, link);
    }

    /// <summary>Cuts the link as the end of slirp4netns would, behind the gateway's back.</summary>
    public Task CutAsync(NspawnPaths paths) => ShellAsync($"ip -n {name} link delete u{links[paths.Id]}");

    /// <summary>All that came from the machine's gateway so far: "source destination protocol" of IPv4 packets, and the types of all frames.</summary>
    public async Task<(IReadOnlyList<string> Packets, IReadOnlyList<string> Types)> SeenAsync(NspawnPaths paths)
    {
        if (!links.TryGetValue(paths.Id, out var number))
        {
            return ([], []);
        }

        return await SeenAsync("u" + number);
    }

    /// <summary>The same by the name of a link of this internet's.</summary>
    public async Task<(IReadOnlyList<string> Packets, IReadOnlyList<string> Types)> SeenAsync(string link)
    {
        var hosts = await ElementsAsync(link, "hosts");
        return ([.. hosts.Select(h => h.Replace(" . ", " ", StringComparison.Ordinal))], await ElementsAsync(link, "types"));
    }

    /// <summary>Forgets what it saw of the machine.</summary>
    public Task ForgetAsync(NspawnPaths paths) => links.TryGetValue(paths.Id, out var number)
        ? ShellAsync($"nsenter --net=/run/netns/{name} sh -c 'nft flush set netdev w_u{number} hosts; nft flush set netdev w_u{number} types'")
        : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        await ShellAsync($"ip netns delete {name} 2>/dev/null || true");
    }

    private async Task<IReadOnlyList<string>> ElementsAsync(string link, string set)
    {
        var text = await ShellAsync($"nsenter --net=/run/netns/{name} nft list set netdev w_{link} {set}");
        var start = text.IndexOf("elements = {", StringComparison.Ordinal);
        return start < 0 ? [] : [.. text[(start + 12)..text.IndexOf('}', start)].Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    /// <summary>Remembers who sent what to whom through a link. The link may be another of the same name.</summary>
    private static string Watch(string link) => $$"""
        table netdev w_{{link}} {
          set types { type ether_type; flags dynamic; size 1000; }
          set hosts { type ipv4_addr . ipv4_addr . inet_proto; flags dynamic; size 65000; }
          chain everything {
            type filter hook ingress device {{link}} priority filter; policy accept;
            update @types { ether type }
            ether type ip update @hosts { ip saddr . ip daddr . meta l4proto }
          }
        }
        """;

    private void Serve(Action<string> hear, params string[] command)
    {
        // It ends with its standard input, and so with us. A signal at its parent's death would come with the thread that started it.
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var word in new[] { "-c", "\"$@\" & cat > /dev/null; kill -9 $!", "serve", "nsenter", "--net=/run/netns/" + name }.Concat(command))
        {
            start.ArgumentList.Add(word);
        }

        var process = Process.Start(start)!;
        servers.Add(process);
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        void Hear(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is { } line)
            {
                hear(line);
            }
        }
    }

    private async Task<string> ShellAsync(string script)
    {
        var result = await processes.RunAsync("/bin/sh", ["-ec", script], new ProcessOptions(Timeout: TimeSpan.FromSeconds(30)), CancellationToken.None);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{script}\n{result.Error}");
    }
}
