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
            MemoryMiB = vm.MemoryMiB,
            DiskGiB = vm.DiskGiB,
            Image = vm.Image,
            Dedicated = vm.Dedicated,
            Network = vm.NetworkRulesJson is { } rules ? JsonSerializer.Deserialize<NetworkRules>(rules) : vm.Dedicated ? NetworkRules.Closed : null,
            WorkspacesPath = vm.WorkspacesPath,
            Options = JsonSerializer.Deserialize<Dictionary<string, string>>(vm.OptionsJson) ?? [],
        },
        vm.PlatformData);
}
