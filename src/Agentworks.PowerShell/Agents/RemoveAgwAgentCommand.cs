using System.Management.Automation;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes agents: the Linux user, its home and its processes.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwAgent", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwAgentCommand : RemoveCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (agent, input) in FindAgents(Name))
        {
            if (!Approves($"{agent.Name} on {agent.Vm}", $"{Verb} agent"))
            {
                continue;
            }
            Remove(input, agent.Name, () =>
            {
                if (AgreesToCascade($"Agent {agent.Name}", (agent.SessionCount, "session")))
                {
                    Await(stop => Forget
                        ? Engine.Forget.AgentAsync(agent.Name, Cascade, Force, Sink, stop)
                        : Engine.Agents.RemoveAsync(agent.Name, Cascade, Sink, stop));
                }
            });
        }
    }
}
