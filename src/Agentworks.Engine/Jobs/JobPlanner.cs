using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Secrets;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Variables;

namespace Agentworks.Jobs;

/// <summary>Works out what jobs are to be and what a start of each needs, from the requests, the configuration and what is recorded.</summary>
public sealed class JobPlanner(StateStore store, VariablePlanner variables, SecretResolver secrets)
{
    /// <summary>Where the job is to live; everything about the request is checked.</summary>
    public (JobPlace Place, string Directory) Place(NewJob request)
    {
        if (request.Name is { } name)
        {
            Naming.Validate(EntityKind.Job, name);
        }

        if (string.IsNullOrWhiteSpace(request.Command) || request.Command.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRequestException("A job needs a command, and one without zero bytes.") { Target = request.Name ?? request.Workspace };
        }

        SessionVariables.Validate(request.Environment.Keys.Concat(request.Secrets.Keys));
        var place = store.Read(state =>
        {
            var workspace = state.RequireWorkspace(request.Workspace);
            return new JobPlace(state.GetVm(workspace.VmId)!, workspace, request.Agent is null ? null : state.RequireAgent(request.Agent));
        });
        if (place.Agent is { } agent)
        {
            AgentService.RequireAccess(store, agent, place.Workspace);
        }

        return (place, JobDirectory.Resolve(place.Workspace, request.WorkingDirectory));
    }

    /// <summary>The values of all secrets that those jobs' environments name; by the secret's name.</summary>
    /// <exception cref="SecretMissingException">Names all that are missing.</exception>
    public Task<IReadOnlyDictionary<string, string>> FindSecretsAsync(IEnumerable<(NewJob Request, JobPlace Place)> jobs, CancellationToken cancellationToken)
    {
        var needs = jobs.SelectMany(job => Variables(job.Request, job.Place))
            .Where(variable => variable.Value.Secret is not null)
            .Select(variable => new SecretNeed(variable.Value.Secret!, $"for {variable.Name}"))
            .ToList();
        return secrets.ResolveAsync(needs, "Start-AgwJob", cancellationToken);
    }

    public JobLaunch Launch(NewJob request, JobPlace place, JobRow row, IReadOnlyDictionary<string, string> values)
    {
        var all = Variables(request, place).ToList();
        var environment = all.Where(variable => variable.Value.File is null)
            .ToDictionary(variable => variable.Name, variable => variable.Value.Text ?? values[variable.Value.Secret!], StringComparer.Ordinal);
        foreach (var (name, value) in request.Secrets)
        {
            environment[name] = value;
        }

        environment[IdentityVariables.Job] = row.Name;
        return new JobLaunch
        {
            Id = row.Id,
            User = place.User,
            Directory = row.WorkingDirectory,
            Command = row.Command,
            Timeout = request.Timeout,
            MaxOutputBytes = request.MaxOutputBytes,
            Environment = environment,
            SecretFiles = VariablePlanner.Files(all),
        };
    }

    // What is given as a secret needs no other value.
    private IEnumerable<Variable> Variables(NewJob request, JobPlace place) =>
        variables.ForCommand(place.Vm, place.Workspace, place.Agent, request.Environment).Where(variable => !request.Secrets.ContainsKey(variable.Name));
}
