using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Jobs as operators see them.</summary>
internal static class JobModel
{
    public static IReadOnlyList<AgwJob> List(StateStore store) => store.Read(state =>
    {
        var places = new Dictionary<(string, string, string?), JobPlace>();
        return (IReadOnlyList<AgwJob>)[.. state.ListJobs().Select(row =>
        {
            var key = (row.VmId, row.WorkspaceId, row.AgentId);
            return Of(row, places.TryGetValue(key, out var place) ? place : places[key] = JobPlace.Of(state, row));
        })];
    });

    public static AgwJob Of(JobRow row, JobPlace place) => new()
    {
        Name = row.Name,
        Id = row.Id,
        Workspace = place.Workspace.Name,
        Vm = place.Vm.Name,
        Agent = place.Agent?.Name,
        LinuxUser = place.User,
        Command = row.Command,
        WorkingDirectory = row.WorkingDirectory,
        Created = row.Created,
    };

    /// <summary>A job that has just been removed has no row any more.</summary>
    public static AgwJob Apply(AgwJob job, JobRow? row, JobReport report) => report.Apply(job, row?.ReceivedOutput ?? 0, row?.ReceivedError ?? 0);
}
