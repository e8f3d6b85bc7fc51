using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>
/// A git server over https, in the network of a machine: git's own http-backend behind a certificate of our own. Each owner's repositories
/// open to that owner's token and to nothing else.
/// </summary>
internal sealed class GitServer : IAsyncDisposable
{
    public const string Host = "git.test";

    private readonly Socket _listener;
    private readonly X509Certificate2 _certificate;
    private readonly string _folder;
    private readonly Task _work;

    public GitServer(string network, string folder)
    {
        _folder = folder;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + Host, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        Certificate = made.ExportCertificatePem();
        _certificate = new X509Certificate2(made.Export(X509ContentType.Pfx));
        _listener = NetworkNamespace.Listen(network, 443);
        _work = AcceptAsync();
    }

    public string Certificate { get; }

    /// <summary>The token of each owner.</summary>
    public ConcurrentDictionary<string, string> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>What was asked for with which password; null without one.</summary>
    public ConcurrentQueue<(string Path, string? Password)> Seen { get; } = new();

    /// <summary>A repository with one commit and its owner's token.</summary>
    public void Add(string owner, string repository, string token)
    {
        Tokens[owner] = token;
        var path = Path.Combine(_folder, owner, repository + ".git");
        Run("git", "init", "-q", "--bare", "-b", "main", path);
        var tree = Run("git", "-C", path, "mktree").Trim();
        var commit = Run("git", "-C", path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit-tree", "-m", "first", tree).Trim();
        Run("git", "-C", path, "update-ref", "refs/heads/main", commit);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _work;
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(async () =>
            {
                try
                {
                    await using var secure = new SslStream(new NetworkStream(client, ownsSocket: true));
                    await secure.AuthenticateAsServerAsync(_certificate);
                    await AnswerAsync(secure);
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client went away.
                }
            });
        }
    }

    private async Task AnswerAsync(Stream stream)
    {
        var lines = (await ReadHeadAsync(stream)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var words = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        if (headers.ContainsKey("Expect"))
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        var target = words[1].Split('?', 2);
        var password = headers.TryGetValue("Authorization", out var basic)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(basic["Basic ".Length..])).Split(':', 2)[1]
            : null;
        Seen.Enqueue((target[0], password));
        if (password is null || Tokens.GetValueOrDefault(target[0].Split('/')[1]) != password)
        {
            await WriteAsync(stream, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"test\"\r\n", []);
            return;
        }

        var start = new ProcessStartInfo("git", ["http-backend"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in new (string, string?)[]
        {
            ("GIT_PROJECT_ROOT", _folder), ("GIT_HTTP_EXPORT_ALL", "1"), ("PATH_INFO", target[0]), ("QUERY_STRING", target.ElementAtOrDefault(1)), ("REQUEST_METHOD", words[0]),
            ("CONTENT_TYPE", headers.GetValueOrDefault("Content-Type")), ("CONTENT_LENGTH", headers.GetValueOrDefault("Content-Length")), ("REMOTE_USER", "t"),
            ("HTTP_GIT_PROTOCOL", headers.GetValueOrDefault("Git-Protocol")), ("HTTP_CONTENT_ENCODING", headers.GetValueOrDefault("Content-Encoding")),
        })
        {
            start.Environment[name] = value;
        }

        using var backend = Process.Start(start)!;
        var output = new MemoryStream();
        var reading = backend.StandardOutput.BaseStream.CopyToAsync(output);
        await backend.StandardInput.BaseStream.WriteAsync(body);
        backend.StandardInput.Close();
        await reading;
        output.Position = 0;
        var head = await ReadHeadAsync(output);
        var status = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Status: ", StringComparison.Ordinal))?["Status: ".Length..] ?? "200 OK";
        await WriteAsync(stream, status, head, output.ToArray()[(int)output.Position..]);
    }

    private static async Task WriteAsync(Stream stream, string status, string headers, byte[] body)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
        await stream.FlushAsync();
    }

    /// <summary>Up to the empty line, without it.</summary>
    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await stream.ReadExactlyAsync(one);
            head.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. head.SkipLast(2)]);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}");
    }
}
