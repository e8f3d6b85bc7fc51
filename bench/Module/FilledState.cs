using System.Globalization;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Bench.Module;

/// <summary>An operator's folder with many sessions in it, on one machine that does not exist.</summary>
internal static class FilledState
{
    /// <summary>Sessions s1, s2, …</summary>
    public static void Write(string home, int sessions)
    {
        using var store = StateStore.Open(home, TimeProvider.System);
        store.Write(writer =>
        {
            var vm = writer.Insert(new VmRow
            {
                Id = "benchvm",
                Name = "v",
                Platform = "nspawn",
                Template = "default",
                State = LifecycleState.Ready,
                DesiredPower = DesiredPower.Stopped,
                AdminUser = "agentworks",
                HostName = "v",
                WorkspacesPath = "/opt/agentworks/workspaces",
            });
            var workspace = writer.Insert(new WorkspaceRow
            {
                Id = "benchworkspace",
                Name = "w",
                VmId = vm.Id,
                Isolation = WorkspaceIsolation.Shared,
                State = LifecycleState.Ready,
                Template = "default",
                Path = "/opt/agentworks/workspaces/w",
                LinuxGroup = "ws-w",
            });
            for (var number = 1; number <= sessions; number++)
            {
                writer.Insert(new SessionRow
                {
                    Id = string.Create(CultureInfo.InvariantCulture, $"bench{number}"),
                    Name = string.Create(CultureInfo.InvariantCulture, $"s{number}"),
                    WorkspaceId = workspace.Id,
                    State = LifecycleState.Ready,
                    Desired = DesiredPower.Stopped,
                    Template = "default",
                    Command = "true",
                });
            }
        });
    }
}
