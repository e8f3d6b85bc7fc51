using System.Security.Cryptography;
using System.Text;
using Agentworks.Git;
using Agentworks.Platforms;
using Agentworks.Workspaces;

namespace Agentworks.Provisioning;

/// <summary>
/// What the machine of a dedicated workspace is, on every platform: bootstrap and initialization are done once, in the image, and a new
/// machine gets only its identity. Names inside are the same in all of them, so that a fork renames nothing.
/// </summary>
public static class PreparedMachine
{
    public const string AdminUser = "agentworks";

    /// <summary>The workspace's user and group.</summary>
    public const string User = "workspace";

    /// <summary>Where the workspace is.</summary>
    public const string Path = "/workspace";

    /// <summary>The steps that an image goes through, once. A second run changes nothing.</summary>
    /// <param name="boundary">Where the kernel is the machine's own, the workspace's user may be root in it.</param>
    public static IReadOnlyList<ProvisionStep> Steps(MachineBoundary boundary)
    {
        var bootstrap = new BootstrapPlan
        {
            VmId = string.Empty,
            OwnerTag = string.Empty,
            HostName = "localhost",
            AdminUser = AdminUser,
            AuthorizedKeys = [],
            SetHostName = false,
        };
        return
        [
            .. bootstrap.ToSteps().Where(step => step.Name is not (BootstrapPlan.KeysStep or BootstrapPlan.MarkStep)),
            PackageStep.Create("base-packages", InitializationPlan.OwnPackages, fatal: true),
            RuntimeSteps.Folders(AdminUser),
            RuntimeSteps.Sessions,
            RuntimeSteps.Consoles,
            GitCredentialSteps.Helper,
            Place,
            .. boundary == MachineBoundary.Machine ? [Sudo] : Array.Empty<ProvisionStep>(),
            .. new WorkspacePlan { User = User, Path = Path, AdminUser = AdminUser }.ToSteps(),
        ];
    }

    /// <summary>Changes with what <see cref="Steps"/> does: images of another version are made anew. 16 hex digits.</summary>
    public static string Version(MachineBoundary boundary) => Convert.ToHexString(
        SHA256.HashData(Encoding.UTF8.GetBytes(ProvisionScript.Compile(Steps(boundary)))))[..16].ToLowerInvariant();

    /// <summary>
    /// The files that make a machine of an image this one, besides its host keys, its machine id (/etc/machine-id) and its seed
    /// (/var/lib/systemd/random-seed), which are random: to be written before its first boot.
    /// </summary>
    public static IReadOnlyList<MachineFile> Identity(MachineSpec spec) =>
    [
        new("/etc/hostname", "0644", spec.HostName + "\n"),
        new("/etc/hosts", "0644", $"127.0.0.1\tlocalhost\n127.0.1.1\t{spec.HostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
        new($"{BootstrapPlan.KeysFolder}/{AdminUser}", "0644", string.Concat(spec.AuthorizedKeys.Select(key => key + "\n"))),
        new(BootstrapPlan.MarkFile, "0644", $"id={spec.Id}\nowner={spec.OwnerTag}\n"),
    ];

    // A plain folder: a snapshot of the disk must hold it.
    private static ProvisionStep Place => new(
        "workspace-place",
        """
        id -u "$agw_user" >/dev/null && [ -d "$agw_path" ]
        """,
        """
        agw_user "$agw_user"
        mkdir -p "$agw_path"
        agw_folder "$agw_user" "$agw_path"
        """,
        Fatal: true,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_user"] = User, ["agw_path"] = Path })
    {
        Functions = WorkspacePlan.Functions,
    };

    private static ProvisionStep Sudo => FileStep.Create(
        "workspace-sudo",
        [new MachineFile("/etc/sudoers.d/agentworks-workspace", "0440", $"Defaults:{User} !requiretty\n{User} ALL=(ALL:ALL) NOPASSWD: ALL\n")],
        "visudo -cqf /etc/sudoers.d/agentworks-workspace || { rm -f /etc/sudoers.d/agentworks-workspace; echo 'visudo refused the rule' >&2; exit 1; }");
}
