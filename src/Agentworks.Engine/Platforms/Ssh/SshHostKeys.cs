using System.Globalization;
using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Platforms.Ssh;

/// <summary>Finds out the host keys of a machine that is not ours: what the operator trusts already, or what it shows now.</summary>
internal sealed class SshHostKeys(IProcessRunner processes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Asks the machine itself. Whoever is on the way could answer, so this is only for those who chose it.</summary>
    public async Task<IReadOnlyList<string>> ScanAsync(SshAddress address, CancellationToken cancellationToken)
    {
        string[] arguments = ["-T", "5", "-p", Number(address.Port), "--", address.HostName];
        var result = await RunAsync("ssh-keyscan", arguments, cancellationToken).ConfigureAwait(false);
        return Parse(result.Output);
    }

    /// <summary>Looks in the operator's own known_hosts files, hashed or not.</summary>
    public async Task<IReadOnlyList<string>> LookUpAsync(string host, SshAddress address, CancellationToken cancellationToken)
    {
        string[] names = address.HostKeyAlias is { } alias ? [alias]
            : [.. new[] { host, address.HostName }.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(h => address.Port == 22 ? h : $"[{h}]:{Number(address.Port)}")];
        var keys = new List<string>();
        foreach (var file in address.KnownHosts.Where(File.Exists))
        {
            foreach (var name in names)
            {
                var result = await RunAsync("ssh-keygen", ["-F", name, "-f", file], cancellationToken).ConfigureAwait(false);
                keys.AddRange(Parse(result.Output));
            }
        }

        return [.. keys.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The keys in lines of the known_hosts format, "names type base64 [comment]", as "type base64". Lines with a marker do not name a
    /// key of the machine itself: one is a certificate authority's, or is revoked, and what is revoked counts for nothing elsewhere either.
    /// </summary>
    internal static IReadOnlyList<string> Parse(string lines)
    {
        var keys = new List<string>();
        var revoked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["@revoked", _, var badType, var bad, ..])
            {
                revoked.Add($"{badType} {bad}");
            }
            else if (words is [var names, var type, var key, ..] && names[0] is not ('#' or '@'))
            {
                keys.Add($"{type} {key}");
            }
        }

        return [.. keys.Where(k => !revoked.Contains(k)).Distinct(StringComparer.Ordinal)];
    }

    private Task<ProcessResult> RunAsync(string program, string[] arguments, CancellationToken cancellationToken) => processes.RunAsync(
        processes.Find(program) ?? throw new PrerequisiteMissingException($"The program '{program}' is not installed.") { Target = program },
        arguments,
        new ProcessOptions(Timeout: Limit),
        cancellationToken);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
