using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>Copies files and folders of this computer into one workspace, all in one stream: one round trip and the time that the bytes take.</summary>
internal sealed class FileUpload(
    FileProgram program, FileGround ground, CopyFiles request, string? transferRoot, IEventSink events, Func<BatchOutcome<AgwFileTransfer>, ValueTask> write)
{
    // So many are waited for until they are on the disk, each by itself; of more, the machine writes them when it sees fit.
    private const int FewFiles = 16;
    private readonly List<Source> _sources = [];

    private sealed class Source(string path, List<LocalEntry> entries)
    {
        public string Path { get; } = path;
        public List<LocalEntry> Entries { get; } = entries;
        public string Name { get; } = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
        public bool IsFile => Entries is [{ IsFolder: false }];
        public uint Base { get; set; }
        public string? Sha256 { get; set; }

        /// <summary>The request of each entry, by its number; bytes as they were sent.</summary>
        public Dictionary<uint, (LocalEntry Entry, long Bytes)> Sent { get; } = [];

        public List<AgentworksException> Failures { get; } = [];
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var path in request.Sources)
        {
            await LookAsync(path).ConfigureAwait(false);
        }

        if (_sources.Count == 0)
        {
            return;
        }

        var progress = new TransferProgress(events, $"Copy to {ground.Workspace.Name}", _sources.Sum(source => source.Entries.Sum(entry => entry.Length)));
        var results = new FileResults(ground);
        try
        {
            await program.RunAsync(cancel => RequestsAsync(progress, cancel), changes: true, results.Add, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            progress.Complete();
        }

        if (results.Whole is { } whole)
        {
            throw whole;
        }

        foreach (var source in _sources)
        {
            await TellAsync(source, results, Stopwatch.GetElapsedTime(began)).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(string path)
    {
        try
        {
            LocalPlace.RequireInside(path, transferRoot);
            _sources.Add(new Source(path, LocalTree.Read(path, request.Recurse, (skipped, why) => events.Report(new WarningEvent($"'{skipped}' is left out: {why}.")))));
        }
        catch (AgentworksException e)
        {
            await write(new BatchOutcome<AgwFileTransfer>(path, null, e)).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> RequestsAsync(TransferProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var destination = ground.Resolve(request.Destination);
        var into = request.Sources.Count > 1 || request.Destination.EndsWith('/');
        var isNew = request.Overwrite ? WriteFlags.None : WriteFlags.MustBeNew;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rounds = new FileRounds();
        var number = 0u;
        foreach (var source in _sources)
        {
            source.Sent.Clear();
            source.Failures.Clear();
            source.Base = number++;
            yield return FileRequests.Base(destination, source.Name, into);
            foreach (var entry in source.Entries)
            {
                if (entry.IsFolder)
                {
                    source.Sent[number++] = (entry, 0);
                    yield return FileRequests.Folder(WriteFlags.BelowBase | WriteFlags.MakeFolders | WriteFlags.MayExist, FileRequests.NoMode, entry.Name);
                    continue;
                }

                if (entry.Target is not null)
                {
                    source.Sent[number++] = (entry, 0);
                    yield return FileRequests.Link(WriteFlags.BelowBase | isNew, entry.Target, entry.Name);
                    continue;
                }

                if (Open(source, entry) is not { } content)
                {
                    continue;
                }

                await using var _ = content.ConfigureAwait(false);
                var its = number++;
                var bytes = 0L;
                var flags = WriteFlags.BelowBase | WriteFlags.FollowLink | isNew | (source.IsFile ? WriteFlags.MakeFolders : WriteFlags.None) | (source.IsFile && _sources.Count <= FewFiles ? WriteFlags.ToDisk : WriteFlags.None);
                yield return FileRequests.Write(flags, entry.Runnable ? FileRequests.Runnable : FileRequests.NoMode, string.Empty, string.Empty, entry.Name);
                using var own = source.IsFile ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
                await foreach (var piece in FileContent.FramesAsync(content, hash, Sent, cancellationToken).ConfigureAwait(false))
                {
                    own?.AppendData(piece.Span[5..]);
                    yield return piece;
                }

                source.Sent[its] = (entry, bytes);
                source.Sha256 = own is null ? null : Convert.ToHexString(own.GetHashAndReset()).ToLowerInvariant();
                yield return FileRequests.EndOfFile;
                if (rounds.EndsAfterFile())
                {
                    yield return FileRequests.EndOfRound(hash.GetHashAndReset());
                }

                void Sent(int count)
                {
                    bytes += count;
                    rounds.Add(count);
                    progress.Add(count);
                }
            }
        }

        yield return FileRequests.EndOfRound(hash.GetHashAndReset());
    }

    private static FileStream? Open(Source source, LocalEntry entry)
    {
        try
        {
            return new FileStream(entry.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            source.Failures.Add(new LocalFileException(entry.Path, e));
            return null;
        }
    }

    private async Task TellAsync(Source source, FileResults results, TimeSpan duration)
    {
        var failures = source.Failures.Concat(source.Sent.Keys.Prepend(source.Base).Select(results.Failure).OfType<AgentworksException>()).ToList();
        foreach (var failure in failures)
        {
            await write(new BatchOutcome<AgwFileTransfer>(source.Path, null, failure)).ConfigureAwait(false);
        }

        var arrived = source.Sent.Where(sent => results.IsDone(sent.Key)).Select(sent => sent.Value).ToList();
        if (results.Base(source.Base) is not { } place || (arrived.Count == 0 && failures.Count > 0))
        {
            return;
        }

        var transfer = new AgwFileTransfer
        {
            Source = source.Path,
            Destination = MachinePath.IsAbsolute(place) ? place : MachinePath.Combine(ground.Root, place),
            Direction = FileDirection.ToWorkspace,
            Workspace = ground.Workspace.Name,
            Vm = ground.Vm.Name,
            Bytes = arrived.Sum(one => one.Bytes),
            Files = arrived.Count(one => !one.Entry.IsFolder),
            Duration = duration,
            Sha256 = source.Sha256,
        };
        await write(new BatchOutcome<AgwFileTransfer>(source.Path, transfer, null)).ConfigureAwait(false);
    }
}
