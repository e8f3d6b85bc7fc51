using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Git;

/// <summary>What is checked out at a workspace's root, asked as the workspace's own user.</summary>
internal static class WorkspaceHead
{
    /// <summary>The commit; null without a repository or a commit in it, and on a machine that is not to run.</summary>
    public static async Task<string?> FindAsync(MachineConnections machines, VmRow vm, WorkspaceRow workspace, CancellationToken cancellationToken)
    {
        if (vm.Suspended || vm.DesiredPower == DesiredPower.Stopped)
        {
            return null;
        }

        var result = await machines.Shell(vm).RunAsync(
            new RemoteCommand
            {
                Script = "[ ! -e .git ] || git rev-parse --quiet --verify 'HEAD^{commit}' || :",
                User = workspace.LinuxGroup,
                WorkingDirectory = workspace.Path,
                Timeout = TimeSpan.FromSeconds(30),
            },
            cancellationToken).ConfigureAwait(false);
        var head = result.OutputText.Trim();
        return head.Length is 40 or 64 && head.All(char.IsAsciiHexDigitLower) ? head : null;
    }
}
