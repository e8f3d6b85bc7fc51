using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Agentworks.Platforms.Nspawn;

/// <summary>Everything that decides what is in an image. The same inputs have the same key, and the image is made once.</summary>
public sealed record ImageInputs(IReadOnlyList<string> Packages, IReadOnlyList<string> Sources, string Finish, string Architecture)
{
    /// <summary>16 hexadecimal digits.</summary>
    public string Key => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', [AptSources.Suite, Architecture, .. Packages, .. Sources, Finish]))))[..16].ToLowerInvariant();

    /// <summary>Debian 12 with what an operator and an agent expect to find, from this computer's mirrors.</summary>
    public static ImageInputs Default() => new(
        [
            "systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "openssh-server", "sudo", "tmux", "git", "acl",
            "btrfs-progs", "nftables", "iproute2", "procps", "ca-certificates", "curl", "rsync", "jq", "unzip", "xz-utils", "zstd",
            "less", "nano", "bash-completion", "zsh", "ncurses-term", "netbase", "iputils-ping",
        ],
        AptSources.Detect(),
        EmbeddedText.Read("nspawn-image.sh"),
        RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64");
}
