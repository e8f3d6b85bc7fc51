using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the environment variables that programs find in a place, and where each comes from. No machine is asked.</summary>
[Cmdlet(VerbsCommon.Get, "AgwEnvironment")]
[OutputType(typeof(AgwEnvironmentVariable))]
public sealed class GetAgwEnvironmentCommand : AgentworksCommand
{
    /// <summary>In these sessions, if they were started now.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[]? Session { get; set; }

    /// <summary>In commands and shells in these workspaces.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    /// <summary>In commands and shells of these agents; with workspaces, of each of them in each of those.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>In commands and shells of the admins of these machines; the only machine when nothing else is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Only variables of these names.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    protected override void Process()
    {
        if (Session is { Length: > 0 })
        {
            Write(FindSessions(Session).Select(match => (match.Input, (Func<IReadOnlyList<AgwEnvironmentVariable>>)(() => Engine.Variables.OfSession(match.Item.Name)))));
            return;
        }
        var agents = Agent is { Length: > 0 } ? FindAgents(Agent).Select(match => ((string?)match.Item.Name, match.Input)).ToList() : [];
        var workspaces = Workspace is { Length: > 0 } ? FindWorkspaces(Workspace).Select(match => ((string?)match.Item.Name, match.Input)).ToList() : [];
        if (Agent is { Length: > 0 } || Workspace is { Length: > 0 })
        {
            Write(
                from workspace in Workspace is { Length: > 0 } ? workspaces : [(null, null!)]
                from agent in Agent is { Length: > 0 } ? agents : [(null, null!)]
                select (workspace.Input ?? agent.Input, (Func<IReadOnlyList<AgwEnvironmentVariable>>)(() => Engine.Variables.Of(null, workspace.Item1, agent.Item1))));
            return;
        }
        Write(Vm is { Length: > 0 }
            ? FindVms(Vm).Select(match => (match.Input, (Func<IReadOnlyList<AgwEnvironmentVariable>>)(() => Engine.Variables.Of(match.Item.Name, null, null))))
            : [(null!, () => Engine.Variables.Of(null, null, null))]);
    }

    private void Write(IEnumerable<(object Input, Func<IReadOnlyList<AgwEnvironmentVariable>> Read)> places)
    {
        var patterns = Name?.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var (input, read) in places)
        {
            ForInput(input, () => WriteObject(Try(read).Where(variable => patterns?.Any(pattern => pattern.IsMatch(variable.Name)) != false), enumerateCollection: true));
        }
    }
}
