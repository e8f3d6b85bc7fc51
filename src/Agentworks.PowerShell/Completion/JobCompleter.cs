using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of jobs, of the machine, workspace and agent on the line if there are any; and ids, once one is begun.</summary>
internal sealed class JobCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given)
    {
        var jobs = engine.Jobs.List().Where(job => Fits(given, "Vm", job.Vm) && Fits(given, "Workspace", job.Workspace) && Fits(given, "Agent", job.Agent)).ToList();
        return jobs.Select(job => (job.Name, $"{job.Id} in {job.Workspace} on {job.Vm}: {job.Command}")).Concat(jobs.Select(job => (job.Id, $"{job.Name} in {job.Workspace} on {job.Vm}: {job.Command}")));
    }
}
