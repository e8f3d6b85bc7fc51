using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Provisioning;
using Agentworks.Secrets;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Git;

/// <summary>Tokens for git on machines: given to a user, listed, taken away. Tokens are never recorded, and never read back.</summary>
public sealed class GitCredentialService(
    StateStore store, ConfigService config, MachineConnections machines, OperationRunner operations, GitCredentialPlanner planner, SecretResolver secrets)
{
    /// <summary>What is recorded; nothing is asked.</summary>
    public IReadOnlyList<AgwGitCredential> List() => store.Read(state =>
    {
        var vms = state.ListVms().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        var agents = state.ListAgents().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        return (IReadOnlyList<AgwGitCredential>)[.. state.ListGitCredentials().Select(row => new AgwGitCredential
        {
            Name = row.Name,
            Vm = vms[row.VmId],
            Agent = row.AgentId is null ? null : agents[row.AgentId],
            Kind = row.Kind,
            Host = row.Host,
            Path = row.Path,
            FromConfig = row.Origin == GitCredentialOrigin.Config,
            Created = row.Created,
        })];
    });

    /// <summary>Gives it, or another token in its place.</summary>
    /// <exception cref="SecretMissingException">There is no token.</exception>
    /// <exception cref="NotFoundException">The configuration has no such credential, and the request does not say what it is for.</exception>
    public async Task<AgwGitCredential> SetAsync(SetGitCredential request, IEventSink events, CancellationToken cancellationToken)
    {
        var credential = Describe(request);
        var (vm, agent) = Target(request.Vm, request.Agent);
        var token = request.Token ?? await FindTokenAsync(request, cancellationToken).ConfigureAwait(false);
        GitCredentialSteps.ValidateToken(request.Name, token);
        var entry = new GitCredentialEntry(credential, GitCredentialOrigin.Set, token);
        return await operations.RunAsync(
            "Set-AgwGitCredential",
            agent is null ? EntityKind.Vm : EntityKind.Agent,
            agent?.Name ?? vm.Name,
            events,
            async scope =>
            {
                scope.Record("git credential on the machine");
                await Provisioner.RunAsync(
                    machines.Shell(vm, holdsLock: agent is null),
                    agent?.Name ?? vm.Name,
                    [GitCredentialSteps.Helper, GitCredentialSteps.Put(User(vm, agent), entry)],
                    scope.RemoteId("put"),
                    scope.Events,
                    cancellationToken).ConfigureAwait(false);
                scope.Record("git credential recorded");
                store.Write(state => state.Put(planner.Row(vm, agent, entry)));
                return List().First(one => one.Name == request.Name && one.Vm == vm.Name && one.Agent == agent?.Name);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes it from the user: the token, and git's settings when it was the last one for its host.</summary>
    public Task RemoveAsync(string name, string vm, string? agent, IEventSink events, CancellationToken cancellationToken)
    {
        var (machine, who) = Target(vm, agent);
        return operations.RunAsync(
            "Remove-AgwGitCredential",
            who is null ? EntityKind.Vm : EntityKind.Agent,
            who?.Name ?? machine.Name,
            events,
            async scope =>
            {
                scope.Record("git credential on the machine");
                await Provisioner.RunAsync(
                    machines.Shell(machine, holdsLock: who is null),
                    who?.Name ?? machine.Name,
                    [GitCredentialSteps.Drop(User(machine, who), name)],
                    scope.RemoteId("drop"),
                    scope.Events,
                    cancellationToken).ConfigureAwait(false);
                scope.Record("git credential recorded");
                store.Write(state =>
                {
                    foreach (var row in state.ListGitCredentials(machine.Id, who?.Id, ofAdmin: who is null).Where(row => row.Name == name))
                    {
                        state.DeleteGitCredential(row.Id);
                    }
                });
            },
            cancellationToken);
    }

    /// <summary>The same credentials with the time of the last rejection, machine by machine; where one cannot be asked, without.</summary>
    public IAsyncEnumerable<AgwGitCredential> ObserveAsync(IReadOnlyList<AgwGitCredential> credentials, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, AgwGitCredential>, AgwGitCredential>(
            credentials.GroupBy(credential => credential.Vm, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                var rejected = await new GitCredentialObserver(store, machines).RejectionsAsync(group.Key, cancel).ConfigureAwait(false);
                foreach (var credential in group)
                {
                    await output.WriteAsync(credential with { Rejected = rejected.GetValueOrDefault((credential.Agent, credential.Name)) }, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);

    private GitCredential Describe(SetGitCredential request)
    {
        if (ConfigRules.EntryName(request.Name) is { } wrong)
        {
            throw new InvalidRequestException($"'{request.Name}' cannot name a git credential: {wrong}") { Target = request.Name };
        }

        var declared = config.Load().GitCredentials.GetValueOrDefault(request.Name);
        var host = request.Host ?? declared?.Host;
        if (host is null)
        {
            throw new NotFoundException("Git credential", request.Name)
            {
                Target = request.Name,
                Recommendation = $"Say what it is for with -HostName, such as: Set-AgwGitCredential {request.Name} -HostName github.com -Owner octocat. Or define [git_credentials.{request.Name}]: Edit-AgwConfig",
            };
        }

        var problem = ConfigRules.GitHost(host)
            ?? (request.Owner is null ? null : ConfigRules.GitPath(request.Owner))
            ?? (request.Repository is null ? null : request.Owner is null ? "-Repository needs -Owner beside it." : ConfigRules.GitRepository(request.Repository))
            ?? (request.UserName is null ? null : ConfigRules.OneLine(request.UserName));
        if (problem is not null)
        {
            throw new InvalidRequestException($"Git credential '{request.Name}' cannot be made: {problem}") { Target = request.Name };
        }

        var type = declared is not null && declared.Host == host ? declared.Type : GitCredential.TypeOf(host);
        return request is { Host: null, Owner: null, UserName: null } && declared is not null
            ? declared
            : GitCredential.Create(
                request.Name, type, host, request.Owner ?? (declared?.Path is { Length: > 0 } path ? path : null), request.Repository, request.UserName ?? declared?.UserName);
    }

    private async Task<string> FindTokenAsync(SetGitCredential request, CancellationToken cancellationToken)
    {
        var name = request.SecretName ?? GitCredential.SecretNameOf(request.Name);
        var need = new SecretNeed(name, $"the token of git credential '{request.Name}'", $"Set-AgwGitCredential {request.Name} -Token (Read-Host -AsSecureString)");
        return (await secrets.ResolveAsync([need], request.Name, cancellationToken).ConfigureAwait(false))[name];
    }

    private (VmRow Vm, AgentRow? Agent) Target(string? vm, string? agent) => store.Read(state =>
    {
        var who = agent is null ? null : state.RequireAgent(agent);
        return (who is null ? state.RequireVmOrOnly(vm) : state.GetVm(who.VmId)!, who);
    });

    private static string User(VmRow vm, AgentRow? agent) => agent?.LinuxUser ?? vm.AdminUser;
}
