using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>
/// Replaces text in any number of files: all of a machine are read in one round trip and written in another. A file that somebody else has
/// changed meanwhile stays as they left it.
/// </summary>
public sealed class FileEditor(FileService files)
{
    private const int Largest = 64 << 20;
    private const int AtOnce = 32 << 20;

    /// <summary>Edits, and an error for each file in which nothing could be replaced.</summary>
    /// <exception cref="InvalidRequestException">The edit makes no sense.</exception>
    public IAsyncEnumerable<BatchOutcome<AgwFileEdit>> EditAsync(
        IReadOnlyList<(FilePlace Place, string Path)> targets, EditFile edit, IEventSink events, CancellationToken cancellationToken)
    {
        var change = new TextEdit(edit);
        return Piped.RunAsync<BatchOutcome<AgwFileEdit>>(
            async (write, cancel) =>
            {
                using var gate = new SemaphoreSlim(1);
                await Task.WhenAll(targets.GroupBy(target => target.Place, target => target.Path)
                    .Select(group => new Batch(files, change, edit, events, SafelyAsync).EditAsync(group.Key, [.. group.Distinct(StringComparer.Ordinal)], cancel))).ConfigureAwait(false);

                async ValueTask SafelyAsync(BatchOutcome<AgwFileEdit> outcome)
                {
                    await gate.WaitAsync(cancel).ConfigureAwait(false);
                    try
                    {
                        await write(outcome).ConfigureAwait(false);
                    }
                    finally
                    {
                        gate.Release();
                    }
                }
            },
            ahead: 256,
            cancellationToken);
    }

    private sealed record Edited(AgwFile File, string Path, byte[] Bytes, string Expected, AgwFileEdit Result);

    /// <summary>The files of one place.</summary>
    private sealed class Batch(FileService files, TextEdit change, EditFile edit, IEventSink events, Func<BatchOutcome<AgwFileEdit>, ValueTask> write)
    {
        private readonly List<Edited> _waiting = [];
        private readonly List<byte> _content = [];
        private FileHead? _head;

        public async Task EditAsync(FilePlace place, IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            try
            {
                var ground = files.Ground(place);
                var requests = new List<byte[]>();
                foreach (var path in paths)
                {
                    try
                    {
                        requests.Add(FileRequests.Read(new ReadFile(path, Length: Largest + 1), ground.Resolve(path)));
                    }
                    catch (AgentworksException e)
                    {
                        await FailAsync(path, e).ConfigureAwait(false);
                    }
                }

                await files.Program(ground).RunAsync(requests, (type, payload) => TakeAsync(ground, type, payload, cancellationToken), cancellationToken).ConfigureAwait(false);
                await SendAsync(ground, cancellationToken).ConfigureAwait(false);
            }
            catch (AgentworksException e)
            {
                await FailAsync(place.Workspace, e).ConfigureAwait(false);
            }
        }

        private async ValueTask TakeAsync(FileGround ground, char type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
        {
            switch (type)
            {
                case 'm':
                    _head = FileService.ReadHead(ground, payload.Span);
                    _content.Clear();
                    break;
                case 'd':
                    _content.AddRange(payload.Span);
                    break;
                case 'z':
                    await ApplyAsync(_head!.File, _content.ToArray()).ConfigureAwait(false);
                    if (_waiting.Sum(one => (long)one.Bytes.Length) > AtOnce)
                    {
                        await SendAsync(ground, cancellationToken).ConfigureAwait(false);
                    }

                    break;
                case 'X':
                    var failure = FileFailure.Read(payload.Span, ground).Failure;
                    await FailAsync(failure.Target as string ?? string.Empty, failure).ConfigureAwait(false);
                    break;
            }
        }

        private async Task ApplyAsync(AgwFile file, byte[] bytes)
        {
            try
            {
                if (bytes.Length > Largest)
                {
                    throw FileFailure.Create("large", file.Path);
                }

                var (edited, matches, replacements) = change.Apply(file.Path, bytes);
                if (!edit.All && matches > 1)
                {
                    events.Report(new WarningEvent(
                        $"'{file.Path}' has the text {matches} times; the first is replaced. -All replaces every one, and -Unique makes this an error."));
                }

                var result = new AgwFileEdit
                {
                    Path = file.Path,
                    Workspace = file.Workspace,
                    Vm = file.Vm,
                    Matches = matches,
                    Replacements = replacements,
                    BytesBefore = bytes.Length,
                    BytesAfter = edited.Length,
                };
                if (edited.AsSpan().SequenceEqual(bytes))
                {
                    await write(new BatchOutcome<AgwFileEdit>(file.Path, result, null)).ConfigureAwait(false);
                    return;
                }

                _waiting.Add(new Edited(file, file.FullName, edited, Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant(), result));
            }
            catch (AgentworksException e)
            {
                await FailAsync(file.Path, e).ConfigureAwait(false);
            }
        }

        private async Task SendAsync(FileGround ground, CancellationToken cancellationToken)
        {
            if (_waiting.Count == 0)
            {
                return;
            }

            var results = new FileResults(ground);
            await files.Program(ground).RunAsync(RequestsAsync, changes: true, results.Add, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < _waiting.Count; i++)
            {
                var one = _waiting[i];
                var failure = results.Whole ?? results.Failure((uint)i);
                await write(new BatchOutcome<AgwFileEdit>(one.File.Path, failure is null ? one.Result : null, failure)).ConfigureAwait(false);
            }

            _waiting.Clear();

            async IAsyncEnumerable<ReadOnlyMemory<byte>> RequestsAsync([EnumeratorCancellation] CancellationToken cancel)
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var rounds = new FileRounds();
                foreach (var one in _waiting)
                {
                    yield return FileRequests.Write(WriteFlags.FollowLink | WriteFlags.ToDisk, FileRequests.NoMode, string.Empty, one.Expected, ground.Resolve(one.Path));
                    using var content = new MemoryStream(one.Bytes, writable: false);
                    await foreach (var piece in FileContent.FramesAsync(content, hash, rounds.Add, cancel).ConfigureAwait(false))
                    {
                        yield return piece;
                    }

                    yield return FileRequests.EndOfFile;
                    if (rounds.EndsAfterFile())
                    {
                        yield return FileRequests.EndOfRound(hash.GetHashAndReset());
                    }
                }

                yield return FileRequests.EndOfRound(hash.GetHashAndReset());
            }
        }

        private ValueTask FailAsync(string path, AgentworksException failure) => write(new BatchOutcome<AgwFileEdit>(path, null, failure));
    }
}
