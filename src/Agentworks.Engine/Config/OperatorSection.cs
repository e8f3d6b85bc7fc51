namespace Agentworks.Config;

/// <summary>[operator]: who runs this. All paths are absolute.</summary>
public sealed record OperatorSection
{
    /// <summary>Null: the module makes a key pair of its own in its folder.</summary>
    public string? SshPublicKey { get; init; }

    /// <summary>Null exactly when <see cref="SshPublicKey"/> is.</summary>
    public string? SshPrivateKey { get; init; }

    public required string SshConfig { get; init; }

    /// <summary>True: a file of our own beside <see cref="SshConfig"/>; false: a marked part at its top.</summary>
    public required bool SshConfigDir { get; init; }

    public required string SshHostPrefix { get; init; }

    public required IReadOnlyList<string> ExtraSshPublicKeys { get; init; }

    internal static OperatorSection Read(ConfigSection section)
    {
        var read = new OperatorSection
        {
            SshPublicKey = section.PathOrNone("ssh_public_key", mustExist: true),
            SshPrivateKey = section.PathOrNone("ssh_private_key", mustExist: true),
            SshConfig = section.PathOrNone("ssh_config") ?? section.Context.ExpandPath("~/.ssh/config"),
            SshConfigDir = section.Flag("ssh_config_dir") ?? true,
            SshHostPrefix = section.Text("ssh_host_prefix", ConfigRules.BareName) ?? "awvm--",
            ExtraSshPublicKeys = section.Paths("extra_ssh_public_keys", mustExist: true) ?? [],
        };
        if (read.SshPublicKey is null != read.SshPrivateKey is null)
        {
            var missing = read.SshPublicKey is null ? "ssh_public_key" : "ssh_private_key";
            throw section.Context.Fail(section.Table.Place, section.Table.Path.Child(missing), "the public and the private key go together: set both or neither.");
        }

        section.Finish();
        return read;
    }
}
