using Agentworks.Config;
using Agentworks.Git;

namespace Agentworks.Provisioning;

/// <summary>What makes a machine ready for workspaces, agents and sessions. Safe to run at any time; a second run changes nothing.</summary>
public sealed record InitializationPlan
{
    public required string WorkspacesPath { get; init; }
    public required string AdminUser { get; init; }
    public required string AdminShell { get; init; }
    public required VmTemplate Template { get; init; }
    public required Catalog Catalog { get; init; }

    /// <summary>Whether a user of the machine has tools that mise installs; mise itself belongs to the machine.</summary>
    public bool NeedsMise { get; init; }

    /// <summary>Names of <see cref="Config.Catalog.AptPackages"/> that are needed though no template lists them.</summary>
    public IReadOnlyList<string> MoreAptPackages { get; init; } = [];

    internal static readonly string[] OwnPackages = ["tmux", "git", "acl", "perl-base", "btrfs-progs", "procps", "ca-certificates", "zstd"];

    /// <summary>What work cannot do without comes first, what is fetched from elsewhere last.</summary>
    public IReadOnlyList<ProvisionStep> ToSteps() =>
    [
        PackageStep.Create("base-packages", OwnPackages, fatal: true),
        RuntimeSteps.Folders(AdminUser),
        RuntimeSteps.Sessions,
        RuntimeSteps.Consoles,
        GitCredentialSteps.Helper,
        RuntimeSteps.WorkspaceStore(WorkspacesPath),
        RuntimeSteps.WorkspaceMount(WorkspacesPath),
        SwapStep.Create(Template.Swap),
        .. AptSteps.Create(Catalog, Template.Apt, [.. Template.AptPackages, .. MoreAptPackages, .. NeedsMise ? [AptSteps.Mise] : Array.Empty<string>()]),
        SnapSteps.Create(Template.Snap),
        LoginShellStep.Create(AdminUser, AdminShell),
        .. InstallCommandSteps.Create([.. Template.SystemInstallCommands.Select(name => Catalog.SystemInstallCommands[name])], AdminUser),
    ];
}
