namespace Agentworks.Config;

/// <summary>[proxmox]. The secret of the token is no part of the configuration.</summary>
public sealed record ProxmoxSection
{
    public required string ApiUrl { get; init; }
    public required string Node { get; init; }

    /// <summary>user@realm!name.</summary>
    public required string TokenId { get; init; }

    public required int TemplateVmid { get; init; }
    public required string Storage { get; init; }
    public required string Bridge { get; init; }
    public required string Pool { get; init; }
    public required bool VerifySsl { get; init; }

    internal static ProxmoxSection Read(ConfigSection section)
    {
        var read = new ProxmoxSection
        {
            ApiUrl = section.Required("api_url", ConfigRules.WebAddress),
            Node = section.Required("node"),
            TokenId = section.Required("token_id"),
            TemplateVmid = section.RequiredWhole("template_vmid", 100, 999_999_999),
            Storage = section.Text("storage") ?? "local-lvm",
            Bridge = section.Text("bridge") ?? "vmbr0",
            Pool = section.Text("pool") ?? "agentworks",
            VerifySsl = section.Flag("verify_ssl") ?? true,
        };
        section.Finish();
        return read;
    }
}
