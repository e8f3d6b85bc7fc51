using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Files;

namespace Agentworks.Transport;

/// <inheritdoc />
public sealed class MachineFiles(IMachineShell shell) : IMachineFiles
{
    /// <inheritdoc />
    /// <exception cref="NotFoundException">There is no such file, or the user may not see it.</exception>
    /// <exception cref="NotAFileException">It is a folder, a pipe or a device.</exception>
    /// <exception cref="FileAccessDeniedException">The user may not read it.</exception>
    public async Task<long> ReadAsync(string path, string? user, Stream destination, CancellationToken cancellationToken)
    {
        CheckPath(path);
        var (length, proven) = (0L, false);
        AgentworksException? failure = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await Program(user).RunAsync([FileRequests.Read(new ReadFile(path), path)], TakeAsync, cancellationToken).ConfigureAwait(false);
        return failure is not null ? throw failure
            : proven ? length
            : throw new FileTransferException($"What arrived of '{path}' is not what the machine read.") { Target = path };

        ValueTask TakeAsync(char type, ReadOnlyMemory<byte> payload)
        {
            switch (type)
            {
                case 'd':
                    hash.AppendData(payload.Span);
                    length += payload.Length;
                    return destination.WriteAsync(payload, cancellationToken);
                case 'z':
                    proven = length == 0;
                    break;
                case 'h':
                    proven = FileService.Matches(hash, payload.Span);
                    break;
                case 'X':
                    failure = FileFailure.Read(payload.Span, ground: null).Failure;
                    break;
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc />
    /// <remarks>
    /// A symbolic link at the path is replaced, not followed. An existing file keeps its owner, where the user may give it, unless another is
    /// given. A source that cannot seek is gathered first, in a temporary file when it is large.
    /// </remarks>
    /// <exception cref="FileTransferException">What arrived is not what was sent.</exception>
    /// <exception cref="NotFoundException">The folder is not there.</exception>
    /// <exception cref="FileAccessDeniedException">The user may not write there.</exception>
    /// <exception cref="DiskFullException">There is no room; the old file is as it was.</exception>
    public async Task WriteAsync(string path, string? user, Stream source, FileWriteOptions options, CancellationToken cancellationToken)
    {
        CheckPath(path);
        var flags = options.CreateDirectories ? WriteFlags.MakeFolders : WriteFlags.None;
        var head = FileRequests.Write(flags, Permissions.Parse(options.Mode), options.Owner ?? string.Empty, string.Empty, path);
        if (!source.CanSeek)
        {
            using var spool = await Spool.FillAsync(source, cancellationToken).ConfigureAwait(false);
            await WriteAsync(path, user, spool, options, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Known before it is sent: a source that changes meanwhile is found out.
        var start = source.Position;
        var sum = await SHA256.HashDataAsync(source, cancellationToken).ConfigureAwait(false);
        AgentworksException? failure = null;
        var done = false;
        await Program(user).RunAsync(
            RequestsAsync,
            changes: true,
            (type, payload) =>
            {
                done |= type == 'w';
                failure = type == 'X' ? FileFailure.Read(payload.Span, ground: null).Failure : failure;
                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        if (!done)
        {
            throw failure ?? new RemoteCommandException($"The machine did not say what became of '{path}'.");
        }

        async IAsyncEnumerable<ReadOnlyMemory<byte>> RequestsAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            source.Position = start;
            using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            yield return head;
            await foreach (var piece in FileContent.FramesAsync(source, sent, null, cancel).ConfigureAwait(false))
            {
                yield return piece;
            }

            yield return FileRequests.EndOfFile;
            yield return FileRequests.EndOfRound(sum);
        }
    }

    private FileProgram Program(string? user) => new(shell, user, "/", confined: false);

    private static void CheckPath(string path)
    {
        if (path is not ['/', ..] || path.EndsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"'{path}' is not the absolute path of a file.") { Target = path };
        }
    }
}
