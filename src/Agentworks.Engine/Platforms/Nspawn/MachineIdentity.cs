using System.Security.Cryptography;

namespace Agentworks.Platforms.Nspawn;

/// <summary>What must be this machine's alone, written above the image before its first boot: host key, machine id, host name.</summary>
internal sealed class MachineIdentity(NspawnPaths paths, HostCommands commands)
{
    private string Etc => Path.Combine(paths.Upper, "etc");

    /// <summary>True when all of it is there: the machine id comes last.</summary>
    public bool IsWritten => File.Exists(Path.Combine(Etc, "machine-id"));

    public async Task WriteAsync(string hostName, string resolver, CancellationToken cancellationToken)
    {
        if (IsWritten)
        {
            return;
        }

        Directory.CreateDirectory(Path.Combine(Etc, "ssh"));
        await WriteHostKeyAsync(cancellationToken).ConfigureAwait(false);
        Write("hostname", hostName + "\n");
        Write("hosts", $"127.0.0.1\tlocalhost\n127.0.1.1\t{hostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        Write("resolv.conf", $"nameserver {resolver}\n");
        Write("machine-id", RandomNumberGenerator.GetHexString(32, lowercase: true) + "\n");
    }

    private async Task WriteHostKeyAsync(CancellationToken cancellationToken)
    {
        var key = Path.Combine(paths.Folder, "host_key");
        File.Delete(key);
        File.Delete(paths.HostKey);
        string[] arguments = ["-q", "-t", "ed25519", "-N", string.Empty, "-C", paths.Name, "-f", key];
        await commands.RunAsync("ssh-keygen", arguments, cancellationToken).ConfigureAwait(false);
        Write("ssh/ssh_host_ed25519_key", await File.ReadAllTextAsync(key, cancellationToken).ConfigureAwait(false), UnixFiles.OwnerOnly);
        Write("ssh/ssh_host_ed25519_key.pub", await File.ReadAllTextAsync(paths.HostKey, cancellationToken).ConfigureAwait(false));
        File.Delete(key);
    }

    private void Write(string name, string text, UnixFileMode mode = UnixFiles.Public) =>
        UnixFiles.Write(Path.Combine(Etc, name), text, mode);
}
