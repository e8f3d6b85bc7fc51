using System.Security.Cryptography;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <inheritdoc />
public sealed class MachineFiles(IMachineShell shell) : IMachineFiles
{
    private const int Missing = 66;
    private const int WrongHash = 67;
    private const int MaxMessage = 4096;

    /// <inheritdoc />
    /// <exception cref="NotFoundException">There is no such file, or the user may not see it.</exception>
    /// <exception cref="RemoteCommandException">It cannot be read.</exception>
    public async Task<long> ReadAsync(string path, string? user, Stream destination, CancellationToken cancellationToken)
    {
        CheckPath(path);
        var length = 0L;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var said = new MemoryStream();
        var result = await shell.RunAsync(
            new RemoteCommand { Script = EmbeddedText.Read("read-file.sh"), Arguments = [path], User = user }, TakeAsync, cancellationToken).ConfigureAwait(false);

        var words = System.Text.Encoding.UTF8.GetString(said.ToArray());
        if (result.ExitCode == Missing)
        {
            throw new NotFoundException("File", path) { Target = path };
        }

        var lines = words.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!result.Succeeded || lines is not ["whole", _])
        {
            throw new RemoteCommandException($"'{path}' could not be read: {words.Trim()}") { Target = path };
        }

        if (!lines[1].StartsWith(Convert.ToHexString(hash.GetHashAndReset()), StringComparison.OrdinalIgnoreCase))
        {
            throw new FileTransferException($"What arrived of '{path}' is not what the machine read.") { Target = path };
        }

        return length;

        ValueTask TakeAsync(OutputChunk chunk)
        {
            if (chunk.Stream == OutputStream.Error)
            {
                said.Write(chunk.Data.Span[..(int)Math.Min(chunk.Data.Length, MaxMessage - said.Length)]);
                return ValueTask.CompletedTask;
            }

            hash.AppendData(chunk.Data.Span);
            length += chunk.Data.Length;
            return destination.WriteAsync(chunk.Data, cancellationToken);
        }
    }

    /// <inheritdoc />
    /// <remarks>
    /// A symbolic link at the path is replaced, not followed. As root, an existing file keeps its owner unless another is given. A source
    /// that cannot seek is gathered first, in a temporary file when it is large.
    /// </remarks>
    /// <exception cref="FileTransferException">What arrived is not what was sent.</exception>
    /// <exception cref="RemoteCommandException">It cannot be written there.</exception>
    public async Task WriteAsync(string path, string? user, Stream source, FileWriteOptions options, CancellationToken cancellationToken)
    {
        CheckPath(path);
        CheckMode(options.Mode);
        if (!source.CanSeek)
        {
            using var spool = await Spool.FillAsync(source, cancellationToken).ConfigureAwait(false);
            await WriteAsync(path, user, spool, options, cancellationToken).ConfigureAwait(false);
            return;
        }

        var start = source.Position;
        var sum = Convert.ToHexString(await SHA256.HashDataAsync(source, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
        var beside = $"{path[..(path.LastIndexOf('/') + 1)]}.agw-{Guid.NewGuid():N}";
        for (var attempt = 1; ; attempt++)
        {
            source.Position = start;
            var result = await shell.RunAsync(Describe(path, beside, user, source, sum, options), null, cancellationToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                return;
            }

            // Answered from the record: the connection was cut, and with it the input. That leaves nothing behind, so start afresh; what
            // fails for a reason of its own will do so again.
            if (attempt == 1 && result.Replayed)
            {
                continue;
            }

            throw result.ExitCode == WrongHash
                ? new FileTransferException($"What arrived for '{path}' is not what was sent; the old state is untouched.") { Target = path }
                : new RemoteCommandException($"'{path}' could not be written: {result.ErrorText.Trim()}") { Target = path };
        }
    }

    private static RemoteCommand Describe(string path, string beside, string? user, Stream source, string sum, FileWriteOptions options)
    {
        var owner = options.Owner ?? (user is null ? "keep" : string.Empty);
        return new RemoteCommand
        {
            Script = EmbeddedText.Read("write-file.sh"),
            Arguments = [path, sum, options.Mode ?? string.Empty, owner, beside, options.CreateDirectories ? "folders" : string.Empty],
            User = user,
            Input = source,
            OperationId = Guid.NewGuid().ToString("N"),
        };
    }

    private static void CheckPath(string path)
    {
        if (path is not ['/', ..] || path.EndsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"'{path}' is not the absolute path of a file.") { Target = path };
        }
    }

    private static void CheckMode(string? mode)
    {
        if (mode is not null && (mode.Length is < 3 or > 4 || mode.Any(c => c is < '0' or > '7')))
        {
            throw new InvalidRequestException($"'{mode}' is not a file mode such as 0644.") { Target = mode };
        }
    }
}
