using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.Transport;
using Agentworks.Workspaces;

namespace Agentworks.Git.Work;

/// <summary>Brings repositories into workspaces: cloned by the machine, or packed from a folder of the operator's computer.</summary>
public sealed class GitImporter(StateStore store, MachineConnections machines, OperationRunner operations, CloneCredentials credentials, IProcessRunner processes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(2);

    public async IAsyncEnumerable<GitOutcome<AgwGitRepository>> ImportAsync(
        IReadOnlyList<GitTarget> targets, ImportGitRepository request, IEventSink events, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = RepositorySource.Parse(request.Url) ?? throw new InvalidRequestException("Name the repository.");
        if (request.Branch is { } branch && (branch.StartsWith('-') || branch.Any(char.IsControl)))
        {
            throw new InvalidRequestException("That cannot be the name of a branch.") { Target = branch };
        }

        if (request.Depth is not null && source.Folder is not null)
        {
            throw new InvalidRequestException("A folder is brought with all of its commits.") { Recommendation = "Leave out -Depth." };
        }

        var line = request.Password is null ? null : Line(request, source);
        var bundle = source.Folder is null ? null : await source.BundleAsync(processes, cancellationToken).ConfigureAwait(false);
        try
        {
            var origin = source.Folder is null ? string.Empty : await source.OriginAsync(processes, cancellationToken).ConfigureAwait(false);
            var outcomes = FanOut.RunAsync<GitTarget, GitOutcome<AgwGitRepository>>(
                targets.Distinct(),
                async (target, output, cancel) =>
                {
                    GitOutcome<AgwGitRepository> outcome;
                    try
                    {
                        outcome = new(target, await ImportAsync(GitPlace.Of(store, target), request, source, bundle, origin, line, events, cancel).ConfigureAwait(false), null);
                    }
                    catch (AgentworksException e)
                    {
                        outcome = new(target, null, e);
                    }

                    await output.WriteAsync(outcome, cancel).ConfigureAwait(false);
                },
                cancellationToken);
            await foreach (var outcome in outcomes.ConfigureAwait(false))
            {
                yield return outcome;
            }
        }
        finally
        {
            if (bundle is not null)
            {
                Directory.Delete(Path.GetDirectoryName(bundle)!, recursive: true);
            }
        }
    }

    private Task<AgwGitRepository> ImportAsync(
        GitPlace place, ImportGitRepository request, RepositorySource source, string? bundle, string origin, string? given, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Import-AgwGitRepository",
            EntityKind.Workspace,
            place.Workspace.Name,
            events,
            async scope =>
            {
                var input = bundle is null ? Stream.Null : File.OpenRead(bundle);
                await using var _ = input.ConfigureAwait(false);
                var line = given ?? (source.Folder is null && place.Agent is null ? await credentials.FindAsync(source.Url, cancellationToken).ConfigureAwait(false) : null);
                scope.Record("repository on the machine");
                var activity = $"Workspace {place.Workspace.Name}";
                var progress = new GitProgress(activity, scope.Events);
                var said = new MemoryStream();
                try
                {
                    var result = await machines.Shell(place.Vm).RunAsync(
                        new RemoteCommand
                        {
                            Script = CloneCredentials.Functions(line) + EmbeddedText.Read("git-common.sh") + EmbeddedText.Read("git-import.sh"),
                            Arguments =
                            [
                                .. place.Arguments, given is null ? place.Vm.AdminUser : string.Empty, source.Kind, source.Url, request.Branch ?? string.Empty,
                                request.Depth is { } depth ? GitBatch.Number(depth) : string.Empty, origin,
                            ],
                            Input = bundle is null ? null : input,
                            OperationId = scope.RemoteId("import"),
                            RecordOutput = false,
                            Timeout = Limit,
                        },
                        chunk =>
                        {
                            if (chunk.Stream == OutputStream.Error)
                            {
                                progress.Feed(chunk.Data.Span);
                            }
                            else
                            {
                                said.Write(chunk.Data.Span);
                            }

                            return ValueTask.CompletedTask;
                        },
                        cancellationToken).ConfigureAwait(false);
                    return result.Succeeded
                        ? Read(place, System.Text.Encoding.UTF8.GetString(said.ToArray()))
                        : throw GitFailure.Of(place, result.ExitCode, progress.Said.Length > 0 ? progress.Said : result.ErrorText, source.Url);
                }
                finally
                {
                    scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
                }
            },
            cancellationToken);

    private static AgwGitRepository Read(GitPlace place, string said)
    {
        string? Value(string name) => said.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]).FirstOrDefault(value => value.Length > 0);
        return new AgwGitRepository
        {
            Workspace = place.Workspace.Name,
            Vm = place.Vm.Name,
            Agent = place.Agent?.Name,
            Path = place.Path,
            Url = Value("agw-url") is { } url ? GitUrl.Scrub(url) : null,
            Branch = Value("agw-branch"),
            Commit = Value("agw-commit"),
        };
    }

    private static string Line(ImportGitRepository request, RepositorySource source)
    {
        if (source.Folder is not null || !Uri.TryCreate(source.Url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidRequestException("A credential is given to an https server only.") { Recommendation = "Leave out -Credential, or use an https:// URL." };
        }

        GitCredentialSteps.ValidateToken("-Credential", request.Password!);
        var credential = new GitCredential
        {
            Name = "clone",
            Type = "clone",
            Host = uri.Authority.ToLowerInvariant(),
            Path = Uri.UnescapeDataString(uri.AbsolutePath).TrimStart('/'),
            UserName = request.UserName ?? "x-access-token",
        };
        if (credential.UserName.Any(char.IsControl) || credential.Path.Any(char.IsControl))
        {
            throw new InvalidRequestException("A user's name and a URL hold no control characters.");
        }

        return GitCredentialSteps.FileLine(credential, GitCredentialOrigin.Set, request.Password!).TrimEnd('\n');
    }
}
