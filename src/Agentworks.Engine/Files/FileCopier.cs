using Agentworks.Config;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>Copies files and folders between this computer and workspaces.</summary>
public sealed class FileCopier(FileService files, ConfigService config)
{
    /// <summary>One transfer for each source, and an error for each thing that could not be copied.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwFileTransfer>> UploadAsync(FilePlace place, CopyFiles request, IEventSink events, CancellationToken cancellationToken) =>
        Piped.RunAsync<BatchOutcome<AgwFileTransfer>>(
            (write, cancel) =>
            {
                var ground = files.Ground(place, request.Destination);
                return new FileUpload(files.Program(ground), ground, request, config.Load().Paths.TransferRoot, events, write).RunAsync(cancel);
            },
            ahead: 256,
            cancellationToken);

    /// <inheritdoc cref="UploadAsync"/>
    /// <param name="place">The workspace.</param>
    /// <param name="literal">The sources hold no wildcards.</param>
    public IAsyncEnumerable<BatchOutcome<AgwFileTransfer>> DownloadAsync(
        FilePlace place, CopyFiles request, bool literal, IEventSink events, CancellationToken cancellationToken) =>
        Piped.RunAsync<BatchOutcome<AgwFileTransfer>>(
            async (write, cancel) =>
            {
                var root = config.Load().Paths.TransferRoot;
                var sources = literal ? request.Sources : await ResolveAsync(place, request.Sources, write, cancel).ConfigureAwait(false);
                foreach (var group in sources.GroupBy(source => files.Ground(place, source)))
                {
                    using var download = new FileDownload(files.Program(group.Key), group.Key, request with { Sources = [.. group] }, root, events, write);
                    await download.RunAsync(cancel).ConfigureAwait(false);
                }
            },
            ahead: 256,
            cancellationToken);

    /// <summary>Copies from one place to another, by way of a private folder of this computer.</summary>
    /// <param name="to">Its new path, where no folder is yet.</param>
    /// <exception cref="Errors.AgentworksException">A part could not be copied; the others were.</exception>
    public async Task CopyAsync(
        FilePlace from, string path, FilePlace to, string newPath, bool recurse, IEventSink events, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("agentworks-");
        try
        {
            var between = Path.Combine(folder.FullName, "copy");
            var failures = new List<Errors.AgentworksException>();
            var (source, target) = (files.Ground(from), files.Ground(to));
            using (var download = new FileDownload(
                files.Program(source), source, new CopyFiles { Sources = [path], Destination = between, Recurse = recurse }, null, events, Take))
            {
                await download.RunAsync(cancellationToken).ConfigureAwait(false);
            }

            if (Path.Exists(between))
            {
                await new FileUpload(files.Program(target), target, new CopyFiles { Sources = [between], Destination = newPath, Recurse = true, Overwrite = true }, null, events, Take)
                    .RunAsync(cancellationToken).ConfigureAwait(false);
            }

            if (failures.Count > 0)
            {
                throw failures[0];
            }

            ValueTask Take(BatchOutcome<AgwFileTransfer> outcome)
            {
                failures.AddRange(outcome.Error is null ? [] : [outcome.Error]);
                return ValueTask.CompletedTask;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<IReadOnlyList<string>> ResolveAsync(
        FilePlace place, IReadOnlyList<string> paths, Func<BatchOutcome<AgwFileTransfer>, ValueTask> write, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var path in paths)
        {
            if (!FileNames.IsPattern(path))
            {
                found.Add(FileNames.Unescape(path));
                continue;
            }

            await foreach (var outcome in files.ListAsync(place, new ListFiles { Paths = [path] }, cancellationToken).ConfigureAwait(false))
            {
                if (outcome.Error is { } failure)
                {
                    await write(new BatchOutcome<AgwFileTransfer>(path, null, failure)).ConfigureAwait(false);
                }
                else
                {
                    found.Add(outcome.Value!.FullName);
                }
            }
        }

        return found;
    }
}
