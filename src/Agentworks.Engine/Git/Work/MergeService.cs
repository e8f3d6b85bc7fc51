using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.Transport;

namespace Agentworks.Git.Work;

/// <summary>
/// Brings the commits of workspaces into another, straight from machine to machine. Each source as a whole or not at all: the target's files
/// and branch change at the end of each merge, by one fast-forward, in a script that runs to its end when this process dies.
/// </summary>
public sealed class MergeService(StateStore store, MachineConnections machines, OperationRunner operations, SnapshotService snapshots, OperatorIdentity identity)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>One outcome per source, in their order.</summary>
    /// <exception cref="NotFoundException">The target is not there.</exception>
    public async Task<IReadOnlyList<MergeOutcome>> MergeAsync(MergeWorkspaces request, IEventSink events, CancellationToken cancellationToken)
    {
        var target = GitPlace.Of(store, new GitTarget(request.Into, null, request.Path));
        var sources = request.Sources.Distinct(StringComparer.Ordinal).Select(name => new MergeSource(store, name, request)).ToList();
        if (sources.TrueForAll(source => source.Outcome is not null))
        {
            return [.. sources.Select(source => source.Outcome!)];
        }

        var checkpoint = request is { Checkpoint: true, Preview: false }
            ? await snapshots.CreateAsync(new NewSnapshot { Workspace = request.Into }, events, cancellationToken).ConfigureAwait(false)
            : null;
        var who = await identity.FindAsync(cancellationToken).ConfigureAwait(false);
        await operations.RunManyAsync<object?>(
            "Merge-AgwWorkspace",
            EntityKind.Workspace,
            [request.Into, .. sources.Where(source => source.Outcome is null).Select(source => source.Name)],
            events,
            async scope =>
            {
                await new MergeRun(machines, request, target, who, checkpoint?.Name, scope).RunAsync(sources, cancellationToken).ConfigureAwait(false);
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        return [.. sources.Select(source => source.Outcome!)];
    }

    /// <summary>One source on its way: where it is, and what became of it.</summary>
    internal sealed class MergeSource
    {
        public MergeSource(StateStore store, string name, MergeWorkspaces request)
        {
            Name = name;
            try
            {
                Place = name == request.Into
                    ? throw new InvalidRequestException($"Workspace '{name}' cannot be merged into itself.") { Target = name }
                    : GitPlace.Of(store, new GitTarget(name, null, request.Path));
            }
            catch (AgentworksException e)
            {
                Fail(request, e);
            }
        }

        public string Name { get; }

        public GitPlace? Place { get; }

        public MergeOutcome? Outcome { get; set; }

        // A fork point is one of the repository at the workspace's root.
        public string Fork => Place!.Path == "." ? Place.Workspace.ForkPoint ?? string.Empty : string.Empty;

        public void Fail(MergeWorkspaces request, AgentworksException error) => Outcome = new MergeOutcome(
            new AgwMergeResult { Source = Name, Target = request.Into, Strategy = request.Strategy, Success = false, Preview = request.Preview, Error = error.Message }, error);
    }

    /// <summary>One merge of several sources, under the locks of all.</summary>
    private sealed class MergeRun(
        MachineConnections machines, MergeWorkspaces request, GitPlace target, (string Name, string Mail) who, string? checkpoint, OperationScope scope)
    {
        private byte[]? _tips;

        private string Activity => $"Merge into {request.Into}";

        public async Task RunAsync(List<MergeSource> sources, CancellationToken cancellationToken)
        {
            var waiting = new Queue<MergeSource>(sources.Where(source => source.Outcome is null));
            var count = waiting.Count;
            try
            {
                while (waiting.Count > 0)
                {
                    var some = new List<MergeSource> { waiting.Dequeue() };
                    while (IsHere(some[0]) && waiting.TryPeek(out var next) && IsHere(next))
                    {
                        some.Add(waiting.Dequeue());
                    }

                    scope.Events.Report(new ProgressEvent(Activity, string.Join(", ", some.Select(source => source.Name)), 100 * (count - waiting.Count - some.Count) / count));
                    scope.Record($"merge {string.Join(' ', some.Select(source => source.Name))}");
                    try
                    {
                        await (IsHere(some[0]) ? MergeHereAsync(some, cancellationToken) : MergeFromAfarAsync(some[0], cancellationToken)).ConfigureAwait(false);
                    }
                    catch (AgentworksException e)
                    {
                        some.Where(source => source.Outcome is null).ToList().ForEach(source => source.Fail(request, e));
                    }
                }
            }
            finally
            {
                scope.Events.Report(new ProgressEvent(Activity, string.Empty, Completed: true));
            }
        }

        private bool IsHere(MergeSource source) => source.Place!.Vm.Id == target.Vm.Id;

        private async Task MergeHereAsync(List<MergeSource> sources, CancellationToken cancellationToken)
        {
            var result = await machines.Shell(target.Vm).RequireAsync(Merge(sources, null), "git", cancellationToken).ConfigureAwait(false);
            Take(sources, result.Output);
        }

        /// <summary>From another machine: what the one writes the other reads, through this process and in no file.</summary>
        private async Task MergeFromAfarAsync(MergeSource source, CancellationToken cancellationToken)
        {
            _tips ??= await TipsAsync(cancellationToken).ConfigureAwait(false);
            var (sent, result) = await HandOver.RunAsync(
                (stream, cancel) => SendAsync(source, stream, cancel),
                (stream, cancel) => machines.Shell(target.Vm).RequireAsync(Merge([source], stream), "git", cancel),
                cancellationToken).ConfigureAwait(false);
            if (sent.IsFaulted)
            {
                await sent.ConfigureAwait(false);
            }

            Take([source], result.Output);
        }

        private async Task<bool> SendAsync(MergeSource source, HandOverStream stream, CancellationToken cancellationToken)
        {
            var said = new MemoryStream();
            var result = await machines.Shell(source.Place!.Vm).RunAsync(
                new RemoteCommand
                {
                    Script = Script("git-send.sh"),
                    Arguments = [Uncommitted(source), who.Name, who.Mail, .. source.Place.Arguments],
                    Input = new MemoryStream(_tips!, writable: false),

                    // A commit of what is in none may be made, which happens once; a pack that has begun to flow cannot be begun again.
                    OperationId = request.IncludeUncommitted ? scope.RemoteId($"send-{source.Name}") : null,
                    RecordOutput = false,
                    Timeout = Limit,
                },
                async chunk =>
                {
                    if (chunk.Stream == OutputStream.Output)
                    {
                        await stream.PutAsync(chunk.Data, cancellationToken).ConfigureAwait(false);
                    }
                    else if (said.Length < 4000)
                    {
                        said.Write(chunk.Data.Span);
                    }
                },
                cancellationToken).ConfigureAwait(false);
            return result.Succeeded ? true : throw GitFailure.Of(source.Place, result.ExitCode, System.Text.Encoding.UTF8.GetString(said.ToArray()));
        }

        private async Task<byte[]> TipsAsync(CancellationToken cancellationToken)
        {
            var result = await machines.Shell(target.Vm).RequireAsync(
                new RemoteCommand { Script = Script("git-tips.sh"), Arguments = [.. target.Arguments], Timeout = Limit }, "git", cancellationToken).ConfigureAwait(false);
            var answer = GitAnswer.ParseAll(result.Output, 1)[0];
            return answer.ExitCode == 0 ? answer.Bytes("tips").ToArray() : throw GitFailure.Of(target, answer.ExitCode, answer.Error);
        }

        private RemoteCommand Merge(IReadOnlyList<MergeSource> sources, Stream? input) => new()
        {
            Script = Script("git-merge.sh"),
            Arguments =
            [
                request.Strategy.ToString(), request.Message ?? string.Empty, Uncommitted(sources[0]), request.Preview ? "1" : string.Empty, who.Name, who.Mail, request.Into,
                .. target.Arguments,
                .. sources.SelectMany(source => (IEnumerable<string>)[source.Name, source.Fork, .. input is null ? source.Place!.Arguments : ["-", "-", "-"]]),
            ],
            Input = input,
            OperationId = scope.RemoteId($"merge-{sources[0].Name}"),
            OnDisconnect = DisconnectAction.Finish,
            Timeout = Limit,
        };

        private string Uncommitted(MergeSource source) =>
            request is { IncludeUncommitted: true, Preview: false } ? request.Message ?? $"Uncommitted work of {source.Name}" : string.Empty;

        private static string Script(string file) => EmbeddedText.Read("git-common.sh") + EmbeddedText.Read("git-source.sh") + EmbeddedText.Read(file);

        private void Take(IReadOnlyList<MergeSource> sources, ReadOnlyMemory<byte> output)
        {
            foreach (var (source, answer) in sources.Zip(GitAnswer.ParseAll(output, sources.Count)))
            {
                var error = answer.ExitCode == 0 ? null : Reason(source, answer);
                var files = GitAnswer.Fields(answer.Text(answer.Has("overlap") ? "overlap" : "conflicts"));
                var branch = answer.Has("branch") ? answer.Text("branch").Trim() : null;
                var uncommitted = int.TryParse(answer.Text("dirty").Trim(), System.Globalization.CultureInfo.InvariantCulture, out var dirty) ? dirty : 0;
                source.Outcome = new MergeOutcome(
                    new AgwMergeResult
                    {
                        Source = source.Name,
                        Target = request.Into,
                        Strategy = request.Strategy,
                        Success = error is null,
                        Commits = [.. GitAnswer.Fields(answer.Text("commits")).Select(commit => new AgwMergeCommit(commit[..commit.IndexOf(' ', StringComparison.Ordinal)], commit[(commit.IndexOf(' ', StringComparison.Ordinal) + 1)..]))],
                        ConflictedFiles = files,
                        Branch = error is null || request.Preview || files.Count == 0 ? null : branch,
                        Commit = answer.Text("new").Trim() is { Length: > 0 } commit ? commit : null,
                        UncommittedFiles = uncommitted,
                        Checkpoint = checkpoint,
                        Preview = request.Preview,
                        Error = error?.Message,
                    },
                    files.Count > 0 ? null : error);
                if (uncommitted > 0)
                {
                    scope.Events.Report(new WarningEvent(
                        $"Workspace '{source.Name}' has uncommitted changes, which were left out (files: {uncommitted}). Commit them, or add -IncludeUncommitted."));
                }
            }
        }

        private AgentworksException Reason(MergeSource source, GitAnswer answer)
        {
            var said = answer.Error;
            bool Says(string words) => said.Contains("agw: " + words, StringComparison.Ordinal);
            if (answer.Has("overlap"))
            {
                return new GitRejectedException($"Workspace '{request.Into}' has changes of its own in files that the merge changes.")
                {
                    Target = request.Into,
                    Recommendation = $"New-AgwGitCommit {request.Into} -Message … -All, then again.",
                };
            }

            if (Says("conflict"))
            {
                var at = answer.Has("stopped") ? $" at {answer.Text("stopped").Trim()}" : string.Empty;
                return new GitRejectedException($"What workspace '{source.Name}' changed conflicts with workspace '{request.Into}'{at}.") { Target = source.Name };
            }

            return Says("something is under way") ? new GitRejectedException($"In workspace '{request.Into}' a merge or the like is under way.")
            {
                Target = request.Into,
                Recommendation = $"Finish it, or end it: Invoke-AgwCommand -Workspace {request.Into} 'git merge --abort'",
            }
                : Says("no common history") ? new GitRejectedException($"Workspaces '{source.Name}' and '{request.Into}' have no commit in common.") { Target = source.Name }
                : Says("branch ") || Says("the target has") ? new GitRejectedException($"Branch merge/{source.Name} of workspace '{request.Into}' is in use: {GitFailure.Shown(said).Replace("agw: ", string.Empty, StringComparison.Ordinal)}")
                {
                    Target = request.Into,
                    Recommendation = $"Merge or delete it: Invoke-AgwCommand -Workspace {request.Into} 'git branch -D merge/{source.Name}'",
                }
                : GitFailure.Of(answer.Has("whose") ? source.Place! : target, answer.ExitCode, said);
        }
    }
}
