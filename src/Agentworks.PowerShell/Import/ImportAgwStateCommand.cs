using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Takes over what the command line tool agw has recorded.</summary>
[Cmdlet(VerbsData.Import, "AgwState", SupportsShouldProcess = true)]
[OutputType(typeof(AgwImport))]
public sealed class ImportAgwStateCommand : AgentworksCommand
{
    /// <summary>The database of agw.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    public string Path { get; set; } = string.Empty;

    /// <summary>Trust the host keys that machines show now, where your known_hosts has none.</summary>
    [Parameter]
    public SwitchParameter AcceptNewHostKey { get; set; }

    protected override void Process() => ForInput(Path, () =>
    {
        var plan = Try(() => Engine.Import.Plan(GetUnresolvedProviderPathFromPSPath(Path)));
        var hosts = plan.Items.Where(item => item.Vm is null && item.Status == ImportStatus.New).Select(item => item.Name).ToList();
        var withHosts = hosts.Count > 0 && Approves(string.Join(", ", hosts), "Import VM hosts from agw");
        var vms = plan.Items.Where(item => item.Vm is not null).GroupBy(item => item.Vm!, StringComparer.Ordinal)
            .Where(vm => Adopts(vm.Key, [.. vm])).Select(vm => vm.Key).ToList();
        WriteObject(Await(stop => Engine.Import.ApplyAsync(plan, withHosts, vms, AcceptNewHostKey, Sink, stop)), enumerateCollection: true);
    });

    /// <summary>Also asks about a machine that was imported before: its host key may be found by now.</summary>
    private bool Adopts(string vm, IReadOnlyList<AgwImport> items)
    {
        var parts = items.Where(item => item.Status == ImportStatus.New).GroupBy(item => item.Kind, StringComparer.Ordinal)
            .Select(kind => $"{kind.Count()} {kind.Key}{(kind.Count() == 1 ? string.Empty : "s")}").ToList();
        return (parts.Count > 0 || items.Any(item => item.Status == ImportStatus.Unchanged))
            && Approves(parts.Count > 0 ? $"{vm} ({string.Join(", ", parts)})" : vm, "Adopt from agw");
    }
}
