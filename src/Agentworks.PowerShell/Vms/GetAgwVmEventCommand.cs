using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists what happened to machines, the oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "AgwVmEvent")]
[OutputType(typeof(AgwVmEvent))]
public sealed class GetAgwVmEventCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmEventCompleter))]
    public string[]? Event { get; set; }

    /// <summary>Only what happened after this time.</summary>
    [Parameter]
    public DateTime? After { get; set; }

    /// <summary>Only so many of the newest of each machine.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    protected override void Process()
    {
        if (Vm is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var patterns = Event?.Select(text => new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant)).ToArray();
        foreach (var (vm, input) in FindVms(Vm))
        {
            ForInput(input, () =>
            {
                var events = Try(() => Engine.History.Events(vm.Name)).Where(one =>
                    (patterns is null || patterns.Any(pattern => pattern.IsMatch(one.Event))) && (After is null || one.Time.UtcDateTime > After.Value.ToUniversalTime()));
                WriteObject(Last is null ? events : events.TakeLast(Last.Value), enumerateCollection: true);
            });
        }
    }
}
