using System.Text.RegularExpressions;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.Transport;

namespace Agentworks.Git.Work;

/// <summary>git in workspaces, run by the machine's own git as the workspace's user or an agent, and read from git's formats for programs.</summary>
public sealed partial class GitService(
    StateStore store, MachineConnections machines, OperationRunner operations, CloneCredentials cloneCredentials, OperatorIdentity identity)
{
    private readonly GitBatch _batch = new(store, machines, operations);

    public IAsyncEnumerable<GitOutcome<AgwGitStatus>> StatusAsync(IReadOnlyList<GitTarget> targets, bool allUntracked, CancellationToken cancellationToken) =>
        _batch.LookAsync(
            targets,
            new GitBatch.Script("git-status.sh", allUntracked ? "all" : "normal"),
            (place, answer) => GitStatusText.Read(place, answer.Text("status")),
            cancellationToken);

    public IAsyncEnumerable<GitOutcome<AgwGitDiff>> DiffAsync(IReadOnlyList<GitTarget> targets, GitDiffRequest request, CancellationToken cancellationToken) =>
        _batch.LookAsync(
            targets,
            new GitBatch.Script(
                "git-diff.sh",
                request.Staged ? "1" : string.Empty,
                request.Stat ? string.Empty : "1",
                request.IncludeUntracked ? "1" : string.Empty,
                request.Against ?? string.Empty,
                GitBatch.Number(request.MaxBytes),
                PosixShell.QuoteAll(request.Files)),
            (place, answer) => GitDiffText.Read(place, answer, request.MaxBytes),
            cancellationToken);

    /// <summary>Makes commits. Where there is nothing to commit, the outcome is empty and a detail says so.</summary>
    public async IAsyncEnumerable<GitOutcome<AgwGitCommit>> CommitAsync(
        IReadOnlyList<GitTarget> targets, GitCommitRequest request, IEventSink events, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Message) || request.Message.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRequestException("A commit needs a message.") { Recommendation = "Give one with -Message." };
        }

        if (request.Author is { } author && !Author().IsMatch(author))
        {
            throw new InvalidRequestException($"'{ShownName.Of(author)}' names no author.") { Target = author, Recommendation = "Write it as: Name <name@example.com>" };
        }

        var (name, mail) = await identity.FindAsync(cancellationToken).ConfigureAwait(false);
        var script = new GitBatch.Script(
            "git-commit.sh", request.All ? "1" : string.Empty, request.RunHooks ? "1" : string.Empty, request.Message, request.Author ?? string.Empty, name, mail);
        var outcomes = _batch.ChangeAsync<AgwGitCommit>(
            "New-AgwGitCommit",
            targets,
            events,
            async (scope, places, cancel) => GitBatch.Outcomes(
                places, await _batch.RunAsync(places, script, scope.RemoteId("commit"), cancel).ConfigureAwait(false), (place, answer) => Commit(place, answer, events)),
            cancellationToken);
        await foreach (var outcome in outcomes.ConfigureAwait(false))
        {
            yield return outcome;
        }
    }

    public IAsyncEnumerable<GitOutcome<AgwGitPush>> PushAsync(IReadOnlyList<GitTarget> targets, GitPushRequest request, IEventSink events, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { request.Remote, request.Branch }.Where(name => name is not null && (name.StartsWith('-') || name.Any(char.IsControl))))
        {
            throw new InvalidRequestException($"'{ShownName.Of(name)}' names no remote and no branch.") { Target = name };
        }

        return _batch.ChangeAsync<AgwGitPush>(
            "Publish-AgwGitBranch",
            targets,
            events,
            async (scope, places, cancel) =>
            {
                var answers = await _batch.RunAsync(places, Push(request, places[0].Vm.AdminUser, null, ask: true), scope.RemoteId("push"), cancel).ConfigureAwait(false);
                var outcomes = GitBatch.Outcomes(places, answers, Pushed);
                return await Task.WhenAll(outcomes.Select(async (outcome, i) => answers[i].Has("wants")
                    ? await PushWithTokenAsync(scope.Within(GitBatch.Number(i)), places[i], request, answers[i].Text("wants"), cancel).ConfigureAwait(false)
                    : outcome)).ConfigureAwait(false);
            },
            cancellationToken);
    }

    private async Task<GitOutcome<AgwGitPush>> PushWithTokenAsync(OperationScope scope, GitPlace place, GitPushRequest request, string url, CancellationToken cancellationToken)
    {
        var line = await cloneCredentials.FindAsync(url, cancellationToken).ConfigureAwait(false);
        var answers = await _batch.RunAsync([place], Push(request, place.Vm.AdminUser, line, ask: false), scope.RemoteId("push"), cancellationToken).ConfigureAwait(false);
        return GitBatch.Outcomes([place], answers, Pushed)[0];
    }

    private static GitBatch.Script Push(GitPushRequest request, string admin, string? line, bool ask) =>
        new(
            "git-push.sh",
            request.Remote ?? string.Empty,
            request.Branch ?? string.Empty,
            request.SetUpstream ? "1" : string.Empty,
            request.Force ? "1" : string.Empty,
            GitBatch.Number((long)Math.Ceiling(request.Timeout.TotalSeconds)),
            admin,
            ask ? "1" : string.Empty)
        {
            Functions = CloneCredentials.Functions(line) + $"agw_limit_program={PosixShell.Quote(EmbeddedText.Read("limit.pl"))}\n",
            Limit = request.Timeout + TimeSpan.FromMinutes(1),
        };

    private static AgwGitPush? Pushed(GitPlace place, GitAnswer answer)
    {
        if (answer.Has("wants"))
        {
            return null;
        }

        var words = answer.Lines("push");

        // The lines with a tab are git's report of the refs; "To" names the URL.
        var said = answer.Text("said").Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line != "Done" && !line.StartsWith("To ", StringComparison.Ordinal)).ToList();
        var upToDate = said.Exists(line => line.StartsWith("=\t", StringComparison.Ordinal));
        return new AgwGitPush
        {
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            Path = place.Path,
            Remote = words[0],
            Branch = words[1],
            OldSha = upToDate ? words[2] : answer.Has("old") ? answer.Text("old").Trim() : null,
            NewSha = words[2],
            Output = GitFailure.Shown(string.Join('\n', said.Select(line => line.Split('\t')[^1]))),
        };
    }

    private static AgwGitCommit? Commit(GitPlace place, GitAnswer answer, IEventSink events)
    {
        if (answer.Has("clean"))
        {
            events.Report(new DetailEvent(answer.Bytes("clean").IsEmpty
                ? $"Workspace {place.Workspace.Name}: there is nothing to commit."
                : $"Workspace {place.Workspace.Name}: nothing is staged, so there is nothing to commit; -All takes everything that is changed."));
            return null;
        }

        var lines = answer.Lines("commit");
        return new AgwGitCommit
        {
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            Path = place.Path,
            Branch = lines[0].Length == 0 ? null : lines[0],
            Sha = lines[1],
            ShortSha = lines[2],
            Author = lines[3],
            Subject = lines[4],
            FilesChanged = int.Parse(lines[5], System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    [GeneratedRegex(@"^[^<>\p{C}]*[^<>\p{C}\s][^<>\p{C}]* <[^<>\p{C}\s]+>$", RegexOptions.None, 1000)]
    private static partial Regex Author();
}
