using Agentworks.Network;

namespace Agentworks.Config;

/// <summary>[defaults]: what holds when the operator does not say.</summary>
public sealed record DefaultsSection
{
    private static readonly string[] Platforms = ["nspawn", "qemu", "lima", "wsl2", "azure", "proxmox", "ssh"];

    /// <summary>Null: the best that this computer offers.</summary>
    public string? Platform { get; init; }

    /// <summary>The registered machine on which Lima VMs are made. Null: this computer.</summary>
    public string? VmHost { get; init; }

    /// <summary>How machines are reached when New-AgwVm does not say: direct or tailscale.</summary>
    public string Network { get; init; } = DirectNetwork.DriverName;

    /// <summary>ACL tags that machines ask for when they join the tailnet, each as tag:name.</summary>
    public IReadOnlyList<string> TailscaleTags { get; init; } = [];

    internal static DefaultsSection Read(ConfigSection section)
    {
        section.Removed("git_credentials", "it moved: list them in [admin.config] and in [agent_templates.*] as git_credentials.");
        var read = new DefaultsSection
        {
            Platform = section.TextOrNone("platform", value => ConfigRules.OneOf(value, Platforms)),
            VmHost = section.TextOrNone("vm_host", ConfigRules.EntryName),
            Network = section.Text("network", value => ConfigRules.OneOf(value, DirectNetwork.DriverName, TailscaleNetwork.DriverName)) ?? DirectNetwork.DriverName,
            TailscaleTags = section.Texts("tailscale_tags", ConfigRules.TailscaleTag) ?? [],
        };
        section.Finish();
        return read;
    }
}
