using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists pools of machines that are kept ready.</summary>
[Cmdlet(VerbsCommon.Get, "AgwWorkspacePool")]
[OutputType(typeof(AgwWorkspacePool))]
public sealed class GetAgwWorkspacePoolCommand : AgentworksCommand
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string Image { get; set; } = "*";

    [Parameter]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    protected override void Process() => WriteObject(FindPools(Image).Where(pool => Platform is null || pool.Platform == Platform), enumerateCollection: true);
}
