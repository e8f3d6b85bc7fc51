using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Limits;

/// <summary>How much all dedicated workspaces of an operator may take, and the machines that are kept ready for some. Checked in the transaction that records one more, so that no two slip through together.</summary>
public sealed class Quotas(Func<LimitsSection> limits)
{
    /// <param name="state">The transaction, with what it has recorded already.</param>
    /// <param name="vm">The machine to come.</param>
    /// <exception cref="QuotaExceededException">There would be too much.</exception>
    public void Require(StateReader state, VmRow vm)
    {
        var most = limits();
        if (most is { MaxWorkspaces: 0, MaxMemoryMiB: 0, MaxDiskGiB: 0 })
        {
            return;
        }

        var all = state.ListVms().Where(one => one.Dedicated && one.Id != vm.Id).Append(vm).ToList();
        Check(state.ListWorkspaces().Count(one => one.Isolation == WorkspaceIsolation.Dedicated && one.VmId != vm.Id) + 1, most.MaxWorkspaces, "dedicated workspaces", "max_workspaces");
        Check(all.Sum(one => (long)(one.MemoryMiB ?? 0)), most.MaxMemoryMiB, "MiB of memory in dedicated workspaces", "max_memory_mib");
        Check(all.Sum(one => (long)(one.DiskGiB ?? 0)), most.MaxDiskGiB, "GiB of disk in dedicated workspaces", "max_disk_gib");

        void Check(long wanted, long allowed, string what, string key)
        {
            if (allowed > 0 && wanted > allowed)
            {
                throw new QuotaExceededException($"With '{vm.Name}' there would be {wanted} {what}, and {allowed} are allowed.")
                {
                    Target = vm.Name,
                    Recommendation = $"Remove-AgwWorkspace what is not needed, or raise {key} in [limits] of config.toml.",
                };
            }
        }
    }
}
