using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Limits;

/// <summary>How much all dedicated workspaces of an operator may take, and the machines that are kept ready for some. Checked in the transaction that records one more, so that no two slip through together.</summary>
public sealed class Quotas(ConfigService config)
{
    /// <param name="state">The transaction, with what it has recorded already.</param>
    /// <param name="vm">The machine to come.</param>
    /// <exception cref="QuotaExceededException">There would be too much.</exception>
    public void Require(StateReader state, VmRow vm)
    {
        var limits = config.Load().Limits;
        if (limits.MaxWorkspaces + limits.MaxMemoryMiB + limits.MaxDiskGiB == 0)
        {
            return;
        }

        var all = state.ListVms().Where(one => one.Dedicated && one.Id != vm.Id).Append(vm).ToList();
        Check(state.ListWorkspaces().Count(one => one.Isolation == WorkspaceIsolation.Dedicated && one.VmId != vm.Id) + 1, limits.MaxWorkspaces, "dedicated workspaces", "max_workspaces");
        Check(all.Sum(one => (long)(one.MemoryMiB ?? 0)), limits.MaxMemoryMiB, "MiB of memory in dedicated workspaces", "max_memory_mib");
        Check(all.Sum(one => (long)(one.DiskGiB ?? 0)), limits.MaxDiskGiB, "GiB of disk in dedicated workspaces", "max_disk_gib");

        void Check(long wanted, long most, string what, string key)
        {
            if (most > 0 && wanted > most)
            {
                throw new QuotaExceededException($"With '{vm.Name}' there would be {wanted} {what}, and {most} are allowed.")
                {
                    Target = vm.Name,
                    Recommendation = $"Remove-AgwWorkspace what is not needed, or raise {key} in [limits] of config.toml.",
                };
            }
        }
    }
}
