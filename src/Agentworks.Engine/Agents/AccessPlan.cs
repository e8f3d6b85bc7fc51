using Agentworks.Model;
using Agentworks.Provisioning;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Agents;

/// <summary>
/// What lets an agent into the workspaces that it is granted and keeps it out of the others, as steps: run by Initialize-AgwAgent, looked
/// at by Test-AgwAgent.
/// </summary>
public sealed record AccessPlan
{
    public required string LinuxUser { get; init; }

    /// <summary>Every whole workspace of the machine: its group, its folder, and whether the agent is granted it.</summary>
    public required IReadOnlyList<(string Group, string Path, bool Granted)> Places { get; init; }

    /// <summary>As recorded; an agent that is granted all workspaces is granted each that is there.</summary>
    public static AccessPlan Of(StateReader state, AgentRow agent)
    {
        var granted = state.ListGrants(agentId: agent.Id).Select(grant => grant.WorkspaceId).ToHashSet(StringComparer.Ordinal);
        return new AccessPlan
        {
            LinuxUser = agent.LinuxUser,
            Places =
            [
                .. state.ListWorkspaces(agent.VmId).Where(workspace => workspace.State is LifecycleState.Ready or LifecycleState.Partial)
                    .Select(workspace => (workspace.LinuxGroup, workspace.Path, agent.AllWorkspaces || granted.Contains(workspace.Id))),
            ],
        };
    }

    public IReadOnlyList<ProvisionStep> ToSteps() => [Groups(), AccessLists(Places.Select(place => (place.Group, place.Path)))];

    /// <summary>The access lists of these workspaces' folders are exactly what they are to be. Groups come first: they decide who is barred.</summary>
    public static ProvisionStep AccessLists(IEnumerable<(string Group, string Path)> places) => new(
        "workspace-access-lists",
        EmbeddedText.Read("access.sh") + """
            while read -r group path; do
                [ -d "$path" ] || continue
                wanted=$(agw_wanted_acl "$group" "$path")
                [ "$wanted" = "$(agw_acl "$path")" ] || { echo "$path: $(agw_acl "$path" | grep -vxF "$wanted" | tr '\n' ' ')is not as wanted"; exit 1; }
                [ "$(stat -c '%a %U %G' "$path")" = "2770 $group $group" ] || { echo "$path: mode or owner is not as wanted"; exit 1; }
            done <<EOF
            $agw_places
            EOF
            """,
        EmbeddedText.Read("access.sh") + """
            while read -r group path; do
                [ ! -d "$path" ] || agw_reset_acl "$group" "$path"
            done <<EOF
            $agw_places
            EOF
            """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_places"] = Lines(places.Select(place => $"{place.Group} {place.Path}")) });

    // The group of a workspace is ws-NAME, in a machine of its own "workspace". A process that runs keeps the groups it began with, so what is taken away here also bars the agent by name.
    private ProvisionStep Groups() => new(
        "workspace-groups",
        """
        has=$(id -nG "$agw_user" | tr ' ' '\n' | grep -e '^ws-' -e '^workspace$' | LC_ALL=C sort)
        wrong=
        for group in $has; do printf '%s\n' "$agw_groups" | grep -qx -- "$group" || wrong="$wrong, in $group without a grant"; done
        for group in $agw_groups; do printf '%s\n' "$has" | grep -qx -- "$group" || wrong="$wrong, not in $group"; done
        [ -z "$wrong" ] || { echo "${wrong#, }"; exit 1; }
        """,
        EmbeddedText.Read("access.sh") + """
            while read -r granted group path; do
                case $granted in
                yes) agw_in_group "$agw_user" "$group" || agw_grant "$agw_user" "$group" "$path" ;;
                no) ! agw_in_group "$agw_user" "$group" || agw_revoke "$agw_user" "$group" "$path" ;;
                esac
            done <<EOF
            $agw_places
            EOF
            for group in $(id -nG "$agw_user" | tr ' ' '\n' | grep -e '^ws-' -e '^workspace$'); do
                printf '%s\n' "$agw_groups" | grep -qx -- "$group" || gpasswd -d "$agw_user" "$group" >/dev/null
            done
            """,
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_user"] = LinuxUser,
            ["agw_groups"] = Lines(Places.Where(place => place.Granted).Select(place => place.Group)),
            ["agw_places"] = Lines(Places.Select(place => $"{(place.Granted ? "yes" : "no")} {place.Group} {place.Path}")),
        });

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));
}
