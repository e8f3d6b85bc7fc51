using System.Management.Automation;
using Agentworks.Backups;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Makes a machine of a backup, or fills an empty one.</summary>
[Cmdlet(VerbsData.Restore, "AgwVm", SupportsShouldProcess = true, DefaultParameterSetName = "New")]
[OutputType(typeof(AgwVmRestore))]
public sealed class RestoreAgwVmCommand : AgentworksCommand
{
    /// <summary>The backup's folder.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = string.Empty;

    /// <summary>What the machine is to be called; as before when not given.</summary>
    [Parameter(Position = 1, ParameterSetName = "New")]
    public string? Name { get; set; }

    /// <summary>Where the machine comes from; as before when not given.</summary>
    [Parameter(ParameterSetName = "New")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    [Parameter(ParameterSetName = "New")]
    [ArgumentCompleter(typeof(VmTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>An empty machine that is there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Existing")]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>Put before each name of a workspace, agent, session and console.</summary>
    [Parameter]
    public string? NamePrefix { get; set; }

    /// <summary>Put after each name of a workspace, agent, session and console.</summary>
    [Parameter]
    public string? NameSuffix { get; set; }

    protected override void Process()
    {
        var folder = GetUnresolvedProviderPathFromPSPath(Path);
        string? existing = null;
        if (Vm is not null)
        {
            existing = FindVms([Vm]).Select(match => match.Item.Name).FirstOrDefault();
            if (existing is null)
            {
                return;
            }
        }
        if (!Approves(existing ?? Name ?? folder, $"Restore machine from {folder}"))
        {
            return;
        }
        var request = new RestoreVm
        {
            Path = folder,
            Vm = existing,
            Name = Name,
            Platform = Platform,
            Template = Template,
            NamePrefix = NamePrefix ?? string.Empty,
            NameSuffix = NameSuffix ?? string.Empty,
        };
        ForInput(Path, () => WriteObject(Await(stop => Engine.Restores.RestoreAsync(request, Sink, stop))));
    }
}
