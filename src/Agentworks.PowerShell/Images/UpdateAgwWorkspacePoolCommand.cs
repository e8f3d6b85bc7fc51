using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Makes the machines that pools lack, and clears away those that were left half made.</summary>
[Cmdlet(VerbsData.Update, "AgwWorkspacePool", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspacePool))]
public sealed class UpdateAgwWorkspacePoolCommand : AgentworksCommand
{
    /// <summary>All pools when not given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string Image { get; set; } = "*";

    /// <summary>Also write the pools.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var pool in FindPools(Image))
        {
            if (!Approves(pool.Image, "Fill pool"))
            {
                continue;
            }
            ForInput(pool.Image, () =>
            {
                Await(stop => Engine.Pools.FillAsync(pool.Platform, pool.Image, Sink, stop));
                if (PassThru)
                {
                    WriteObject(Engine.Pools.List().Where(one => one.Platform == pool.Platform && one.Image == pool.Image), enumerateCollection: true);
                }
            });
        }
    }
}
