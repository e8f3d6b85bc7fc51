namespace Agentworks.Config;

/// <summary>[paths].</summary>
public sealed record PathsSection
{
    /// <summary>Where workspaces live on every machine. Absolute, plain characters.</summary>
    public required string VmWorkspaces { get; init; }

    /// <summary>Where .code-workspace files go on this computer. Absolute.</summary>
    public required string VscodeWorkspaces { get; init; }

    /// <summary>Where backups go on this computer. Absolute; by default in the module's folder.</summary>
    public required string Backups { get; init; }

    /// <summary>The folder of this computer from and to which alone Copy-AgwFile copies. Absolute; null: anywhere.</summary>
    public string? TransferRoot { get; init; }

    internal static PathsSection Read(ConfigSection section)
    {
        var read = new PathsSection
        {
            VmWorkspaces = section.Text("vm_workspaces", ConfigRules.MachinePath) ?? "/opt/agentworks/workspaces",
            VscodeWorkspaces = section.PathOrNone(section.Renamed("vscode_workspaces", "code_workspaces"))
                ?? section.Context.ExpandPath("~/aw-vscode-workspaces"),
            Backups = section.PathOrNone("backups") ?? section.Context.ExpandPath("backups"),
            TransferRoot = section.PathOrNone("transfer_root"),
        };
        section.Finish();
        return read;
    }
}
