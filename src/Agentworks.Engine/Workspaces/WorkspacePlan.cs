using Agentworks.Provisioning;
using Agentworks.Snapshots;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Workspaces;

/// <summary>
/// What is declared of a workspace's place on its machine, as steps: Repair-AgwWorkspace applies them and Test-AgwWorkspace looks at
/// them. Who is let in besides the admin is not said here: that is a matter of grants.
/// </summary>
public sealed record WorkspacePlan
{
    /// <summary>The workspace's user and, by the same name, its group.</summary>
    public required string User { get; init; }

    /// <summary>Absolute, on the machine.</summary>
    public required string Path { get; init; }

    public required string AdminUser { get; init; }

    /// <summary>Whose its files are on the disk where a mount shows them as its user's; null: its user's.</summary>
    public int? DiskOwner { get; init; }

    /// <summary>Shell functions for whatever makes, copies, moves or repairs a workspace.</summary>
    internal static string Functions { get; } =
        $"{EmbeddedText.Read("workspace-common.sh")}\nagw_tree() {{ perl -e {PosixShell.Quote(EmbeddedText.Read("workspace-tree.pl"))} \"$@\"; }}\n" + MappedMounts.Function;

    public static WorkspacePlan For(WorkspaceRow row, VmRow vm) => new() { User = row.LinuxGroup, Path = row.Path, AdminUser = vm.AdminUser, DiskOwner = row.DiskOwner };

    public IReadOnlyList<ProvisionStep> ToSteps() =>
        [LinuxUser, Admin, Parents, .. DiskOwner is null ? Array.Empty<ProvisionStep>() : [Mount], Folder, Tree("groups"), Tree("modes"), Tree("acls"), Repository];

    private ProvisionStep LinuxUser => Step(
        "workspace-user",
        """
        [ "$(id -gn "$agw_user")" = "$agw_user" ]
        [ "$(getent passwd "$agw_user" | cut -d: -f6)" = "/var/lib/agentworks/homes/$agw_user" ]
        [ "$(stat -c '%a %U' "/var/lib/agentworks/homes/$agw_user")" = "700 $agw_user" ]
        """,
        """
        agw_user "$agw_user"
        home=/var/lib/agentworks/homes/$agw_user
        usermod --gid "$agw_user" --home "$home" "$agw_user"
        mkdir -p "$home"
        chown -hR "$agw_user:$agw_user" "$home"
        chmod 0700 "$home"
        """,
        fatal: true);

    private ProvisionStep Admin => Step(
        "workspace-admin",
        """
        id -nG "$agw_admin" | tr ' ' '\n' | grep -qx -- "$agw_user"
        """,
        """
        agw_admin_joins "$agw_user" "$agw_admin"
        """);

    // Whoever could change a folder above could put another in the workspace's place.
    private ProvisionStep Parents => Step(
        "workspace-parents",
        """
        parent=${agw_path%/*}
        while [ -n "$parent" ]; do
            [ ! -L "$parent" ] && [ "$(stat -c %u "$parent")" = 0 ] && [ -z "$(find "$parent" -maxdepth 0 \( -perm /022 -o ! -perm -111 \))" ] ||
                { echo "$parent"; exit 1; }
            parent=${parent%/*}
        done
        """,
        """
        parent=${agw_path%/*}
        while [ -n "$parent" ]; do
            [ ! -L "$parent" ] || { echo "$parent is a link"; exit 1; }
            chown -h 0 "$parent"
            chmod a+x,go-w "$parent"
            parent=${parent%/*}
        done
        """);

    // Where it is missing, an empty folder of root's is there, and nobody gets in.
    private ProvisionStep Mount => Step(
        "workspace-mount",
        """
        mountpoint -q "$agw_path" || { echo "$agw_path is not mounted"; exit 1; }
        agw_mapped show "$agw_path" >/dev/null || { echo "$agw_path would not be mounted after a boot"; exit 1; }
        """,
        """
        raw=${agw_path%/*}/_trees/$agw_user/fork
        agw_mapped show "$agw_path" >/dev/null || agw_mapped add "$agw_path" "$raw" $(stat -c '%u %g' "$raw") "$agw_user"
        agw_mapped restore
        """,
        fatal: true);

    // A folder that is gone is not made anew: perhaps its disk is merely not mounted, and then an empty one would hide it.
    private ProvisionStep Folder => Step(
        "workspace-folder",
        """
        [ -d "$agw_path" ] && [ ! -L "$agw_path" ] || { echo "$agw_path is gone"; exit 1; }
        state=$(stat -c '%a %U %G' "$agw_path")
        [ "$state" = "2770 $agw_user $agw_user" ] || { echo "$agw_path has $state"; exit 1; }
        acl=$(getfacl -cpE -- "$agw_path")
        for entry in user::rwx group::rwx other::--- default:user::rwx default:group::rwx default:other::---; do
            printf '%s\n' "$acl" | grep -qx -e "$entry" || { echo "$agw_path lacks $entry"; exit 1; }
        done
        ! printf '%s\n' "$acl" | grep -E '^(default:)?mask::' | grep -qv 'rwx$'
        """,
        """
        [ -d "$agw_path" ] && [ ! -L "$agw_path" ] || { echo "$agw_path is gone; if its disk is not lost, mount it, else remove the workspace and make it anew"; exit 1; }
        agw_folder "$agw_user" "$agw_path"
        ! getfacl -cpE -- "$agw_path" | grep -q '^default:mask' || setfacl -m d:m::rwx "$agw_path"
        """,
        fatal: true);

    private ProvisionStep Tree(string aspect) => Step(
        "workspace-" + aspect,
        $"""
        agw_tree look {aspect} "$agw_path" "$agw_user" "$agw_user"
        """,
        $"""
        agw_tree fix {aspect} "$agw_path" "$agw_user" "$agw_user"
        """);

    // Looked at and changed as the workspace's user: git runs what a repository tells it to.
    private ProvisionStep Repository => Step(
        "workspace-repository",
        """
        agw_as "$agw_user" test -d "$agw_path/.git" || exit 0
        case $(agw_as "$agw_user" git config --file "$agw_path/.git/config" --get core.sharedRepository) in
        group | true | 1 | 0660 | 0770) ;;
        *) echo 'core.sharedRepository is not set'; exit 1 ;;
        esac
        agw_as "$agw_user" git -C / config --global --get-all safe.directory | grep -qxF -- "$agw_path" || { echo 'safe.directory is not set'; exit 1; }
        """,
        """
        agw_as "$agw_user" git config --file "$agw_path/.git/config" core.sharedRepository group
        agw_as "$agw_user" git -C / config --global --replace-all safe.directory "$agw_path"
        """);

    private ProvisionStep Step(string name, string check, string apply, bool fatal = false) => new(
        name,
        check,
        apply,
        fatal,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_user"] = User,
            ["agw_path"] = Path,
            ["agw_admin"] = AdminUser,
        })
    {
        Functions = Functions,
    };
}
