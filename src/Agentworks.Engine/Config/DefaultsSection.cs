namespace Agentworks.Config;

/// <summary>[defaults]: what holds when the operator does not say.</summary>
public sealed record DefaultsSection
{
    private static readonly string[] Platforms = ["nspawn", "qemu", "lima", "wsl2", "azure", "proxmox", "ssh"];

    /// <summary>Null: the best that this computer offers.</summary>
    public string? Platform { get; init; }

    /// <summary>The registered machine on which Lima VMs are made. Null: this computer.</summary>
    public string? VmHost { get; init; }

    internal static DefaultsSection Read(ConfigSection section)
    {
        section.Removed("git_credentials", "it moved: list them in [admin.config] and in [agent_templates.*] as git_credentials.");
        var read = new DefaultsSection
        {
            Platform = section.TextOrNone("platform", value => ConfigRules.OneOf(value, Platforms)),
            VmHost = section.TextOrNone("vm_host", ConfigRules.EntryName),
        };
        section.Finish();
        return read;
    }
}
