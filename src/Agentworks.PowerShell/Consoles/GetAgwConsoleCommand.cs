using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists consoles, machine by machine as each answers. Those of a workspace have a session in it; with an agent, that session is the agent's.</summary>
[Cmdlet(VerbsCommon.Get, "AgwConsole")]
[OutputType(typeof(AgwConsole))]
public sealed class GetAgwConsoleCommand : LiveGetCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument[]? Name { get; set; }

    [Parameter]
    public override SwitchParameter NoStatus { get; set; }

    private protected override IEnumerable<object> Find(bool narrowed) => FindConsoles(NamesToGet(Name, name => new ConsoleArgument(name), narrowed)).Select(match => match.Item);

    private protected override bool IsIn(object item, IReadOnlySet<string>? vms, IReadOnlySet<string>? workspaces, IReadOnlySet<string>? agents) =>
        item is AgwConsole console && IsOneOf(console.Vm, vms) && console.HasMember(workspaces, agents);

    private protected override IAsyncEnumerable<object> ObserveAsync(IReadOnlyList<object> items, CancellationToken cancellationToken) =>
        Engine.Consoles.ObserveAsync([.. items.Cast<AgwConsole>()], cancellationToken);
}
