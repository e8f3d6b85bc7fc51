namespace Agentworks.Platforms.Qemu;

/// <summary>Where everything is on this computer: root's machines where root's things are, everyone else's in their own home.</summary>
public sealed record QemuLayout(string Root)
{
    public static string DefaultRoot => Environment.IsPrivilegedProcess
        ? "/var/lib/agentworks/qemu"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "agentworks", "qemu");

    /// <summary>Bare Debian by its key, and what was imported: a disk, a kernel, an initrd.</summary>
    public string Bases => Path.Combine(Root, "bases");

    /// <summary>What is prepared for dedicated machines, by name.</summary>
    public string Images => Path.Combine(Root, "images");

    /// <summary>All disks that change or have changed, each over another or over a base.</summary>
    public string Layers => Path.Combine(Root, "layers");

    public string Snapshots => Path.Combine(Root, "snapshots");
    public string Machines => Path.Combine(Root, "machines");

    public QemuPaths For(string id)
    {
        if (id.Length is 0 or > 16 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            throw new ArgumentException($"'{id}' is no machine id: lower-case letters and digits, at most 16.", nameof(id));
        }

        return new QemuPaths(id, Path.Combine(Machines, id));
    }
}
