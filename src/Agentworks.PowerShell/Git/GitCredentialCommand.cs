using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Finds whose git credentials are meant: machines (their admins) or agents.</summary>
public abstract class GitCredentialCommand : AgentworksCommand
{
    /// <summary>Machines, whose admins hold them; the only machine when neither this nor an agent is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Agents that hold them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>Each holder once, with what named it. An agent says its machine by itself.</summary>
    private protected IEnumerable<(string? Vm, string? Agent, object? Input)> Holders()
    {
        if (Agent is { Length: > 0 })
        {
            return FindAgents(Agent).Select(match => ((string?)match.Item.Vm, (string?)match.Item.Name, (object?)match.Input));
        }
        return Vm is { Length: > 0 } ? FindVms(Vm).Select(match => ((string?)match.Item.Name, (string?)null, (object?)match.Input)) : [(null, null, null)];
    }

    private protected static string Describe(string name, string? vm, string? agent) =>
        agent is not null ? $"{name} of agent {agent}" : vm is not null ? $"{name} of {vm}" : name;
}
