using System.Security.Cryptography;
using Agentworks.Provisioning;

namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// What must be one dedicated machine's alone, written into its root before the first boot: host key, machine id, seed, names, the keys
/// that let its admin in. What the root brought along of another machine goes.
/// </summary>
internal sealed class DedicatedIdentity(NspawnPaths paths, HostCommands commands)
{
    public bool IsWritten => File.Exists(paths.IdentityMark);

    public async Task WriteAsync(string root, MachineSpec spec, CancellationToken cancellationToken)
    {
        if (IsWritten)
        {
            return;
        }

        Clear();
        UnixFiles.CreatePrivateFolder(paths.IdentityStage);
        foreach (var file in PreparedMachine.Identity(spec))
        {
            Stage(file.Path, file.Content);
        }

        Stage("/etc/resolv.conf", $"nameserver {MachineAddress.Gateway}\n");
        Stage("/etc/machine-id", RandomNumberGenerator.GetHexString(32, lowercase: true) + "\n");
        Stage("/var/lib/systemd/random-seed", RandomNumberGenerator.GetHexString(1024), UnixFiles.OwnerOnly);
        await StageHostKeyAsync(cancellationToken).ConfigureAwait(false);
        await commands.RunAsync("/bin/sh", ["-c", EmbeddedText.Read("nspawn-identity.sh"), "identity", paths.IdentityStage, root], cancellationToken).ConfigureAwait(false);
        Clear();
        await File.WriteAllTextAsync(paths.IdentityMark, string.Empty, cancellationToken).ConfigureAwait(false);
    }

    private async Task StageHostKeyAsync(CancellationToken cancellationToken)
    {
        var key = Path.Combine(paths.Folder, "host_key");
        File.Delete(key);
        File.Delete(paths.HostKey);
        string[] arguments = ["-q", "-t", "ed25519", "-N", string.Empty, "-C", paths.Name, "-f", key];
        await commands.RunAsync("ssh-keygen", arguments, cancellationToken).ConfigureAwait(false);
        Stage("/etc/ssh/ssh_host_ed25519_key", await File.ReadAllTextAsync(key, cancellationToken).ConfigureAwait(false), UnixFiles.OwnerOnly);
        Stage("/etc/ssh/ssh_host_ed25519_key.pub", await File.ReadAllTextAsync(paths.HostKey, cancellationToken).ConfigureAwait(false));
        File.Delete(key);
    }

    private void Stage(string name, string text, UnixFileMode mode = UnixFiles.Public)
    {
        var file = paths.IdentityStage + name;
        for (var folder = Path.GetDirectoryName(file)!; folder.Length >= paths.IdentityStage.Length; folder = Path.GetDirectoryName(folder)!)
        {
            // Their modes go along.
            UnixFiles.CreatePublicFolder(folder);
        }

        UnixFiles.Write(file, text, mode);
    }

    private void Clear()
    {
        if (Directory.Exists(paths.IdentityStage))
        {
            Directory.Delete(paths.IdentityStage, recursive: true);
        }
    }
}
