using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Finding jobs, of which hundreds may come through the pipeline one by one.</summary>
public abstract partial class AgentworksCommand
{
    private Dictionary<string, AgwJob>? _jobsByName;

    /// <summary>Jobs by name or id. Those that were seen once are not looked up again: nothing of what is recorded of a job changes.</summary>
    private protected IReadOnlyList<(AgwJob Item, object Input)> FindJobs(IEnumerable<NameArgument>? names)
    {
        var all = names?.ToList();
        if (_jobsByName is null || all is null || all.Exists(name => name.IsPattern || name.Name is null || !_jobsByName.ContainsKey(name.Name)))
        {
            _jobsByName = Try(Engine.Jobs.List).ToDictionary(job => job.Name, StringComparer.OrdinalIgnoreCase);
        }
        else
        {
            return [.. all.Select(name => (_jobsByName[name.Name!], name.Input!))];
        }
        return [.. new NameResolver<AgwJob>([.. _jobsByName.Values], job => job.Name, EntityKind.Job, "Get-AgwJob lists the jobs.", job => job.Id).Resolve(all, WriteFailure)];
    }
}
