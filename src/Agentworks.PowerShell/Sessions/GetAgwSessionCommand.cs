using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists sessions, machine by machine as each answers.</summary>
[Cmdlet(VerbsCommon.Get, "AgwSession", DefaultParameterSetName = "Observed")]
[OutputType(typeof(AgwSession))]
public sealed class GetAgwSessionCommand : LiveGetCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[]? Name { get; set; }

    /// <summary>Those of the machines' admins.</summary>
    [Parameter]
    public SwitchParameter Admin { get; set; }

    [Parameter(ParameterSetName = "Observed")]
    public SessionStatus[]? Status { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "Recorded")]
    public override SwitchParameter NoStatus { get; set; }

    protected override void Begin()
    {
        if (Admin && IsGiven(nameof(Agent)))
        {
            throw new EngineFailure(new InvalidRequestException("-Admin and -Agent exclude each other: a session of the admin has no agent.")
            {
                Recommendation = "Leave one of them out.",
            });
        }
    }

    private protected override IEnumerable<object> Find(bool narrowed) => EachSession(NamesToGet(Name, name => new SessionArgument(name), narrowed));

    private protected override bool IsIn(object item, IReadOnlySet<string>? vms, IReadOnlySet<string>? workspaces, IReadOnlySet<string>? agents) =>
        item is AgwSession session && IsOneOf(session.Vm, vms) && IsOneOf(session.Workspace, workspaces) && IsOneOf(session.Agent, agents) && !(Admin && session.Agent is not null);

    private protected override IAsyncEnumerable<object> ObserveAsync(IReadOnlyList<object> items, CancellationToken cancellationToken) =>
        Engine.Sessions.ObserveAsync([.. items.Cast<AgwSession>()], cancellationToken);

    private protected override bool IsWanted(object item) => Status is null || (item is AgwSession session && Status.Contains(session.Status));
}
