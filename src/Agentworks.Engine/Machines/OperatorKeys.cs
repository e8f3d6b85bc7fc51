using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Machines;

/// <summary>The keys that open the machines: those of the configuration, or a pair of our own made at first need.</summary>
public sealed class OperatorKeys(string home, ConfigService config, OperatorKey own)
{
    /// <summary>The private key's file, which may not have been made yet.</summary>
    public string IdentityFile => config.Load().Operator.SshPrivateKey ?? Path.Combine(home, OperatorKey.FileName);

    /// <summary>Lines for authorized_keys.</summary>
    public async Task<IReadOnlyList<string>> AuthorizedKeysAsync(CancellationToken cancellationToken)
    {
        var settings = config.Load().Operator;
        var publicKey = settings.SshPublicKey is { } path
            ? Read(path)
            : (await own.GetAsync(settings.SshPrivateKey, cancellationToken).ConfigureAwait(false)).PublicKey;
        return [.. settings.ExtraSshPublicKeys.Select(Read).Prepend(publicKey).Distinct(StringComparer.Ordinal)];
    }

    private static string Read(string path)
    {
        var line = File.ReadAllText(path).Trim();
        return line.Length > 0 && !line.Contains('\n', StringComparison.Ordinal)
            ? line
            : throw new InvalidRequestException($"'{path}' does not hold one public key on one line.") { Target = path };
    }
}
