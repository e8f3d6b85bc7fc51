using System.Globalization;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Ssh;

/// <summary>What the operator's own ssh configuration makes of a host: where it is, and how it is reached.</summary>
/// <param name="HostName">Its real name or address.</param>
/// <param name="Port">TCP port of its sshd.</param>
/// <param name="Proxied">Whether another machine or program makes the connection, so that we cannot look at the port ourselves.</param>
/// <param name="HostKeyAlias">The name of its keys in known_hosts when that is not its address.</param>
/// <param name="KnownHosts">The operator's known_hosts files.</param>
public sealed record SshAddress(string HostName, int Port, bool Proxied, string? HostKeyAlias, IReadOnlyList<string> KnownHosts)
{
    /// <summary>What makes the connection, as ssh options; null for TCP.</summary>
    public string? ProxyJump { get; init; }

    /// <inheritdoc cref="ProxyJump"/>
    public string? ProxyCommand { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>From a machine's data; null before it was made.</summary>
    public static SshAddress? FromJson(string json) => json is "" or "{}" ? null : JsonSerializer.Deserialize<SshAddress>(json);

    /// <summary>Asks ssh itself, so that its Match and Include rules hold. Nothing is connected to.</summary>
    public static async Task<SshAddress> ResolveAsync(IProcessRunner processes, SshOptions options, CancellationToken cancellationToken)
    {
        List<string> arguments = ["-G"];
        if (options.Port is { } port)
        {
            arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        }

        if (options.User is { } user)
        {
            arguments.AddRange(["-l", user]);
        }

        var ssh = processes.Find("ssh") ?? throw new PrerequisiteMissingException("The program 'ssh' is not installed.") { Target = "ssh" };
        var result = await processes.RunAsync(
            ssh, [.. arguments, "--", options.Host], new ProcessOptions(Timeout: TimeSpan.FromSeconds(10)), cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? Parse(result.Output)
            : throw new PlatformException($"ssh does not accept its own configuration: {result.Error.Trim()}") { Target = options.Host };
    }

    /// <summary>Reads the "keyword value" lines of <c>ssh -G</c>.</summary>
    internal static SshAddress Parse(string configuration)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in configuration.Split('\n'))
        {
            if (line.Split(' ', 2) is [var name, var value])
            {
                values.TryAdd(name, value.Trim());
            }
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] files = ["userknownhostsfile", "globalknownhostsfile"];
        return new SshAddress(
            values.GetValueOrDefault("hostname", string.Empty),
            int.Parse(values.GetValueOrDefault("port", "22"), CultureInfo.InvariantCulture),
            values.GetValueOrDefault("proxyjump", "none") != "none" || values.GetValueOrDefault("proxycommand", "none") != "none",
            values.TryGetValue("hostkeyalias", out var alias) && alias != "none" ? alias : null,
            [.. files.SelectMany(f => values.GetValueOrDefault(f, string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(f => f is not "none" and not "/dev/null")
                .Select(f => f.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, f[2..]) : f)])
        {
            ProxyJump = values.TryGetValue("proxyjump", out var jump) && jump != "none" ? jump : null,
            ProxyCommand = values.TryGetValue("proxycommand", out var command) && command != "none" ? command : null,
        };
    }
}
