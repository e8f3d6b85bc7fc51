using System.Management.Automation;

namespace Agentworks.PowerShell.Module;

/// <summary>What PowerShell calls when the module comes and goes.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    public void OnImport() => DependencyContext.Hook();

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        EngineHost.CloseAll();
        DependencyContext.Unhook();
    }
}
