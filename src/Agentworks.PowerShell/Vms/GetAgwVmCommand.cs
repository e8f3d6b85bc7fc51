using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists machines, each as soon as its status is known.</summary>
[Cmdlet(VerbsCommon.Get, "AgwVm", DefaultParameterSetName = "Observed")]
[OutputType(typeof(AgwVm))]
public sealed class GetAgwVmCommand : AgentworksCommand
{
    private readonly List<NameArgument> _names = [];

    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Name { get; set; }

    [Parameter(ParameterSetName = "Observed")]
    public VmStatus[]? Status { get; set; }

    /// <summary>Also what each machine says of itself: its resources, system and addresses.</summary>
    [Parameter(ParameterSetName = "Observed")]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Ask no machine; the status is Unknown then.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Recorded")]
    public SwitchParameter NoStatus { get; set; }

    /// <summary>Also machines that wait in a pool.</summary>
    [Parameter]
    public SwitchParameter IncludePool { get; set; }

    protected override void Process() => _names.AddRange(NamesToGet(Name, name => new VmArgument(name), narrowed: false) ?? []);

    protected override void End()
    {
        if (_names.Count == 0 && MyInvocation.ExpectingInput)
        {
            return;
        }
        var vms = FindVms(_names.Count == 0 ? null : _names, IncludePool).Select(match => match.Item).ToList();
        if (NoStatus)
        {
            WriteObject(vms, enumerateCollection: true);
            return;
        }
        Stream(stop => Detailed ? Engine.Vms.DescribeAsync(vms, stop) : Engine.Vms.ObserveAsync(vms, stop), vm =>
        {
            if (Status is null || Status.Contains(vm.Status))
            {
                WriteObject(Detailed ? Detail(vm) : vm);
            }
        });
    }

    /// <summary>The same object under a type name of its own, which has a view of its own.</summary>
    private static PSObject Detail(AgwVm vm)
    {
        var shown = new PSObject(vm);
        shown.TypeNames.Insert(0, "Agentworks.Model.AgwVm#Detailed");
        return shown;
    }
}
