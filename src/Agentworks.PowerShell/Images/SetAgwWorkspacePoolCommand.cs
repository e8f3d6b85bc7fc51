using System.Management.Automation;
using Agentworks.Dedicated;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Keeps machines of an image ready for dedicated workspaces.</summary>
[Cmdlet(VerbsCommon.Set, "AgwWorkspacePool", SupportsShouldProcess = true)]
[OutputType(typeof(AgwWorkspacePool))]
public sealed class SetAgwWorkspacePoolCommand : AgentworksCommand
{
    /// <summary>The platform's default image when not given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string? Image { get; set; }

    /// <summary>How many are to be ready; 0 removes them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 64)]
    public int Count { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>The processors that they wait with.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Cpus")]
    [ValidateRange(1, 1024)]
    public int? Cpu { get; set; }

    /// <summary>The memory that they wait with, in MiB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("MemoryMiB")]
    [ValidateRange(128, 1 << 26)]
    public int? MemoryMB { get; set; }

    /// <summary>Their disk in GiB; a workspace that asks for less is not served from the pool.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("DiskGiB")]
    [ValidateRange(1, 1 << 20)]
    public int? DiskGB { get; set; }

    protected override void Process() => ForInput(Image ?? "default", () =>
    {
        var request = new NewWorkspacePool { Image = Image, Count = Count, Platform = Platform, Cpus = Cpu, MemoryMiB = MemoryMB, DiskGiB = DiskGB };
        if (Approves(Image ?? "the default image", Count == 0 ? "Remove pool" : $"Keep {Count} machines ready"))
        {
            if (Await(stop => Engine.Pools.SetAsync(request, Sink, stop)) is { } pool)
            {
                WriteObject(pool);
            }
        }
    });
}
