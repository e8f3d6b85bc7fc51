using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>The keys that open the machines: those of the configuration, or a pair of our own made at first need.</summary>
public sealed class OperatorKeys(ConfigService config, OperatorKey own)
{
    /// <summary>Lines for authorized_keys.</summary>
    public async Task<IReadOnlyList<string>> AuthorizedKeysAsync(CancellationToken cancellationToken)
    {
        var settings = config.Load().Operator;
        var publicKey = settings.SshPublicKey ?? (await own.EnsureAsync(cancellationToken).ConfigureAwait(false)).PublicKey;
        return [.. new[] { publicKey }.Concat(settings.ExtraSshPublicKeys).Select(Read).Distinct(StringComparer.Ordinal)];
    }

    private static string Read(string path)
    {
        var line = File.ReadAllText(path).Trim();
        return line.Length > 0 && !line.Contains('\n', StringComparison.Ordinal)
            ? line
            : throw new InvalidRequestException($"'{path}' does not hold one public key on one line.") { Target = path };
    }
}
