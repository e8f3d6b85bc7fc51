using System.Text.Json;
using Agentworks.Platforms;
using Agentworks.State.Rows;

namespace Agentworks.Machines;

/// <summary>A recorded machine in the platform's terms.</summary>
public static class VmRowExtensions
{
    public static PlatformMachine ToMachine(this VmRow vm, string ownerTag = "") => new(
        new MachineSpec
        {
            Id = vm.Id,
            Name = vm.Name,
            HostName = vm.HostName,
            OwnerTag = ownerTag,
            Cpus = vm.Cpus,
            MemoryGiB = vm.MemoryGiB,
            DiskGiB = vm.DiskGiB,
            Image = vm.Image,
            WorkspacesPath = vm.WorkspacesPath,
            Options = JsonSerializer.Deserialize<Dictionary<string, string>>(vm.OptionsJson) ?? [],
        },
        vm.PlatformData);
}
