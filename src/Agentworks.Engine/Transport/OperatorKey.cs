using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Transport;

/// <summary>The key with which the operator logs in to machines.</summary>
public sealed class OperatorKey(string home, IProcessRunner processes)
{
    /// <summary>Of our own key, in the operator's folder.</summary>
    public const string FileName = "id_ed25519";
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The configured key, or our own in the operator's folder, which is made when it is not there.</summary>
    /// <param name="configuredPath">Path of a private key; null for our own.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NotFoundException">The configured key is not there.</exception>
    /// <exception cref="PrerequisiteMissingException">There is no ssh-keygen.</exception>
    public async Task<OperatorKeyPair> GetAsync(string? configuredPath, CancellationToken cancellationToken)
    {
        var path = configuredPath ?? Path.Combine(home, FileName);
        if (!File.Exists(path))
        {
            if (configuredPath is not null)
            {
                throw new NotFoundException("Key file", path) { Target = path };
            }

            await MakeAsync(path, cancellationToken).ConfigureAwait(false);
        }

        var publicPath = path + ".pub";
        var publicKey = File.Exists(publicPath)
            ? await File.ReadAllTextAsync(publicPath, cancellationToken).ConfigureAwait(false)
            : await KeygenAsync(["-y", "-P", string.Empty, "-f", path], cancellationToken).ConfigureAwait(false);
        return new OperatorKeyPair(path, publicPath, publicKey.Trim());
    }

    private async Task MakeAsync(string path, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home);
        }
        else
        {
            Directory.CreateDirectory(home, OwnerOnlyFolder);
        }

        using var held = await FileLock.TakeAsync(path + ".lock", cancellationToken).ConfigureAwait(false);
        if (File.Exists(path))
        {
            return;
        }

        // The private half comes last: where it is, the key is whole.
        var fresh = path + ".new";
        File.Delete(fresh);
        File.Delete(fresh + ".pub");
        await KeygenAsync(["-q", "-t", "ed25519", "-N", string.Empty, "-C", "agentworks", "-f", fresh], cancellationToken).ConfigureAwait(false);
        File.Move(fresh + ".pub", path + ".pub", overwrite: true);
        File.Move(fresh, path);
    }

    private async Task<string> KeygenAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var limit = new ProcessOptions(Timeout: TimeSpan.FromSeconds(30));
        var result = await processes.RunAsync("ssh-keygen", arguments, limit, cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? result.Output
            : throw new LoginFailedException($"ssh-keygen could not read or make the operator's key: {result.Error.Trim()}")
            {
                Recommendation = "Give the path of a private key without a passphrase, or one whose .pub file lies beside it.",
            };
    }
}
