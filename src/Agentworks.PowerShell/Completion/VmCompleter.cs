using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of machines.</summary>
internal sealed class VmCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given) =>
        engine.Vms.List().Where(vm => !vm.InPool).Select(vm => (vm.Name, $"{vm.Name}: {vm.Platform}, {vm.State}, {vm.WorkspaceCount} workspaces, {vm.AgentCount} agents"));
}
