using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Secrets;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Git;

/// <summary>What the configuration's lists of git credentials mean for one user: which it is to hold, and the tokens.</summary>
public sealed class GitCredentialPlanner(StateStore store, ConfigService config, SecretResolver secrets, TimeProvider clock)
{
    /// <summary>
    /// The user's credentials with the tokens that can be found, all in one pass. One that the machine holds needs none; where there is
    /// one at hand, the machine's is compared with it.
    /// </summary>
    /// <param name="setup">Whose list.</param>
    /// <param name="vm">Null for a machine that is yet to be made.</param>
    /// <param name="agent">Null for the admin, or an agent that is yet to be made.</param>
    /// <param name="target">Whom an error names.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="SecretMissingException">Names all tokens that are neither there nor on the machine.</exception>
    public async Task<IReadOnlyList<GitCredentialEntry>> ResolveAsync(
        UserSetup setup, VmRow? vm, AgentRow? agent, string target, CancellationToken cancellationToken)
    {
        var wanted = Wanted(setup);
        var held = Held(vm, agent);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var credential in wanted.Where(credential => held.Contains(credential.Name)))
        {
            if (await secrets.FindAsync(credential.SecretName, cancellationToken).ConfigureAwait(false) is { } token)
            {
                tokens[credential.Name] = token;
            }
        }

        var missing = wanted.Where(credential => !held.Contains(credential.Name)).ToList();
        var found = await secrets.ResolveAsync(
            [.. missing.Select(credential => new SecretNeed(credential.SecretName, $"the token of git credential '{credential.Name}'"))], target, cancellationToken).ConfigureAwait(false);
        missing.ForEach(credential => tokens[credential.Name] = found[credential.SecretName]);
        foreach (var (name, token) in tokens)
        {
            GitCredentialSteps.ValidateToken(name, token);
        }

        return [.. wanted.Select(credential => new GitCredentialEntry(credential, GitCredentialOrigin.Config, tokens.GetValueOrDefault(credential.Name)))];
    }

    /// <summary>The same without tokens, to look whether a machine has them.</summary>
    public IReadOnlyList<GitCredentialEntry> Declared(UserSetup setup) =>
        [.. Wanted(setup).Select(credential => new GitCredentialEntry(credential, GitCredentialOrigin.Config, null))];

    /// <summary>Records what a user holds after its step has run; without success of the step, nothing is.</summary>
    public void Record(VmRow vm, AgentRow? agent, IReadOnlyList<GitCredentialEntry> entries, IReadOnlyList<StepResult> steps)
    {
        if (!steps.Any(step => step.Name.EndsWith("-git-credentials", StringComparison.Ordinal) && step.State is StepState.Ok or StepState.Changed))
        {
            return;
        }

        store.Write(state =>
        {
            var before = Rows(state, vm, agent);
            foreach (var gone in before.Where(row => row.Origin == GitCredentialOrigin.Config && entries.All(entry => entry.Credential.Name != row.Name)))
            {
                state.DeleteGitCredential(gone.Id);
            }

            foreach (var entry in entries.Where(entry => before.All(row => row.Name != entry.Credential.Name || row.Origin == GitCredentialOrigin.Config)))
            {
                state.Put(Row(vm, agent, entry));
            }
        });
    }

    internal GitCredentialRow Row(VmRow vm, AgentRow? agent, GitCredentialEntry entry) => new()
    {
        Id = Identifier.New(),
        Name = entry.Credential.Name,
        VmId = vm.Id,
        AgentId = agent?.Id,
        Origin = entry.Origin,
        Kind = entry.Credential.Type,
        Host = entry.Credential.Host,
        Path = entry.Credential.Path,
        Created = clock.GetUtcNow(),
    };

    private List<GitCredential> Wanted(UserSetup setup)
    {
        var settings = config.Load();
        return [.. setup.GitCredentials.Select(name => settings.GitCredentials[name])];
    }

    private HashSet<string> Held(VmRow? vm, AgentRow? agent) => vm is null
        ? []
        : store.Read(state => Rows(state, vm, agent)).Select(row => row.Name).ToHashSet(StringComparer.Ordinal);

    private static IReadOnlyList<GitCredentialRow> Rows(StateReader state, VmRow vm, AgentRow? agent) =>
        state.ListGitCredentials(vm.Id, agent?.Id, ofAdmin: agent is null);
}
