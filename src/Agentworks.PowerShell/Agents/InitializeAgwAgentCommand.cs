using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Brings agents' users to what is declared for them. On one that is there already, nothing changes.</summary>
[Cmdlet(VerbsData.Initialize, "AgwAgent", SupportsShouldProcess = true)]
[OutputType(typeof(AgwInitialization))]
public sealed class InitializeAgwAgentCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (agent, input) in FindAgents(Name))
        {
            if (Approves($"{agent.Name} on {agent.Vm}", "Initialize agent"))
            {
                ForInput(input, () => WriteObject(Await(stop => Engine.Agents.InitializeAsync(agent.Name, Sink, stop))));
            }
        }
    }
}
