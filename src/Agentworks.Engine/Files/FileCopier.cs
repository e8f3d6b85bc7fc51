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
            (write, cancel) => new FileUpload(files, files.Ground(place, request.Destination), request, config.Load().Paths.TransferRoot, events, write).RunAsync(cancel),
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
                    using var download = new FileDownload(files, group.Key, request with { Sources = [.. group] }, root, events, write);
                    await download.RunAsync(cancel).ConfigureAwait(false);
                }
            },
            ahead: 256,
            cancellationToken);

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
