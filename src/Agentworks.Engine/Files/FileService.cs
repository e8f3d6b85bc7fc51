using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.Files;

/// <summary>
/// The files of workspaces, used as the workspace's own user or as an agent, so that the machine's kernel says who may do what. On a shared
/// workspace no path leads out of its folder, whatever links there are or appear meanwhile.
/// </summary>
public sealed class FileService(StateStore store, MachineConnections machines)
{
    /// <summary>Files as the machine names them, and an error for each path or folder that cannot be looked at. One round trip.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwFile>> ListAsync(FilePlace place, ListFiles request, CancellationToken cancellationToken) =>
        ListAsync(place, request, onlyLook: false, cancellationToken);

    /// <summary>The same for completion: a machine that is not running stays so.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwFile>> PeekAsync(FilePlace place, ListFiles request, CancellationToken cancellationToken) =>
        ListAsync(place, request, onlyLook: true, cancellationToken);

    /// <summary>The thing itself that a path names; null when there is none.</summary>
    public async Task<AgwFile?> FindAsync(FilePlace place, string path, CancellationToken cancellationToken)
    {
        await foreach (var outcome in ListAsync(place, new ListFiles { Paths = [path], Literal = true, Itself = true, Hidden = true }, cancellationToken).ConfigureAwait(false))
        {
            return outcome.Error is NotFoundException or NotAFolderException ? null : outcome.Value ?? throw outcome.Error!;
        }

        return null;
    }

    /// <summary>Whether a path leads to a folder, itself or by links that stay in the workspace.</summary>
    public async Task<bool> IsFolderAsync(FilePlace place, string path, CancellationToken cancellationToken)
    {
        var itself = MachinePath.Normalize(path);
        await foreach (var outcome in ListAsync(place, new ListFiles { Paths = [path], Literal = true, Hidden = true }, cancellationToken).ConfigureAwait(false))
        {
            return outcome.Value is { } first && first.Path != itself && first.FullName != itself;
        }

        return true;
    }

    /// <summary>Reads a file or a part of it, checked against a SHA-256 computed on the machine. One round trip up to 1 MiB.</summary>
    /// <exception cref="FileTransferException">What arrived is not what the machine read.</exception>
    public async Task ReadAsync(
        FilePlace place, ReadFile request, Func<FileHead, ValueTask> onHead, Func<ReadOnlyMemory<byte>, ValueTask> onData, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AgentworksException? failure = null;
        var proven = false;
        await Program(ground).RunAsync(
            [FileRequests.Read(request, ground.Resolve(request.Path))],
            (type, payload) =>
            {
                switch (type)
                {
                    case 'm':
                        return onHead(ReadHead(ground, payload.Span));
                    case 'd':
                        hash.AppendData(payload.Span);
                        return onData(payload);
                    case 'h':
                        proven = Matches(hash, payload.Span);
                        break;
                    case 'z':
                        // Of an empty file there is no hash.
                        proven = true;
                        break;
                    case 'X':
                        failure = FileFailure.Read(payload.Span, ground).Failure;
                        break;
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            throw failure;
        }

        if (!proven)
        {
            throw new FileTransferException($"What arrived of '{TerminalText.EscapeLine(request.Path)}' is not what the machine read.") { Target = request.Path };
        }
    }

    /// <summary>All of a file or a part of it, in memory.</summary>
    public async Task<(byte[] Bytes, FileHead Head)> ReadAllAsync(FilePlace place, ReadFile request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        FileHead? head = null;
        await ReadAsync(
            place,
            request,
            found =>
            {
                head = found;
                return ValueTask.CompletedTask;
            },
            data => bytes.WriteAsync(data, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return (bytes.ToArray(), head!);
    }

    /// <summary>The content of a file or a part of it, piece by piece.</summary>
    public IAsyncEnumerable<byte[]> ReadPiecesAsync(FilePlace place, ReadFile request, CancellationToken cancellationToken) =>
        Piped.RunAsync<byte[]>(
            (write, cancel) => ReadAsync(place, request, _ => ValueTask.CompletedTask, data => write(data.ToArray()), cancel), ahead: 16, cancellationToken);

    /// <summary>The lines of a text file, or of a part of it, as they come.</summary>
    /// <param name="encoding">Null: what its first bytes say, else UTF-8.</param>
    public IAsyncEnumerable<string> ReadLinesAsync(FilePlace place, ReadFile request, Encoding? encoding, CancellationToken cancellationToken) =>
        Piped.RunAsync<string>(
            async (write, cancel) =>
            {
                // Where a line feed is more than one byte, the machine cannot count lines. That the first bytes say so is found out by reading.
                var (counts, chosen) = (encoding is null || FileText.HasPlainLineFeed(encoding), encoding);
                if (!await ReadLinesAsync(place, request, chosen, counts, write, cancel).ConfigureAwait(false))
                {
                    await ReadLinesAsync(place, request, chosen, false, write, cancel).ConfigureAwait(false);
                }
            },
            ahead: 256,
            cancellationToken);

    /// <returns>False when the machine was to count lines and cannot; nothing was written then.</returns>
    private async Task<bool> ReadLinesAsync(
        FilePlace place, ReadFile request, Encoding? encoding, bool counts, Func<string, ValueTask> write, CancellationToken cancellationToken)
    {
        var limited = request.First is not null || request.Last is not null;
        TextLines? lines = null;
        await ReadAsync(
            place,
            counts ? request : request with { First = null, Last = null },
            head =>
            {
                var chosen = FileText.Choose(encoding, head.Start.Span, head.Offset);
                lines = counts && limited && !FileText.HasPlainLineFeed(chosen.Encoding) ? null
                    : new TextLines(chosen, counts ? null : request.First, counts ? null : request.Last);
                return ValueTask.CompletedTask;
            },
            async data =>
            {
                foreach (var line in lines?.Add(data) ?? [])
                {
                    await write(line).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var line in lines?.Finish() ?? [])
        {
            await write(line).ConfigureAwait(false);
        }

        return lines is not null;
    }

    /// <summary>Writes a file beside its place, checks its SHA-256 there, and lets it take its place. One round trip up to 1 MiB.</summary>
    /// <param name="content">Can seek; from where it stands.</param>
    public async Task<AgwFile> WriteAsync(FilePlace place, WriteFile request, Stream content, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        var flags = WriteFlags.MakeFolders | WriteFlags.FollowLink | WriteFlags.ToDisk
            | (request.Append ? WriteFlags.Append : WriteFlags.None) | (request.NoClobber ? WriteFlags.MustBeNew : WriteFlags.None);
        var path = ground.Resolve(request.Path);
        if (path.Length == 0)
        {
            throw FileFailure.Create("folder", request.Path);
        }

        var head = FileRequests.Write(flags, Permissions.Parse(request.Mode), string.Empty, string.Empty, path);
        var start = content.Position;
        var results = new FileResults(ground);
        await Program(ground).RunAsync(Requests, changes: true, results.Add, cancellationToken).ConfigureAwait(false);
        return results.Require(0);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Requests([EnumeratorCancellation] CancellationToken cancel)
        {
            content.Position = start;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            yield return head;
            await foreach (var piece in FileContent.FramesAsync(content, hash, null, cancel).ConfigureAwait(false))
            {
                yield return piece;
            }

            yield return FileRequests.EndOfFile;
            yield return FileRequests.EndOfRound(hash.GetHashAndReset());
        }
    }

    /// <summary>Makes a folder, and those above it.</summary>
    /// <param name="mayExist">No error when it is there.</param>
    public Task<AgwFile> MakeFolderAsync(FilePlace place, string path, string? mode, bool mayExist, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        return ChangeAsync(
            ground, FileRequests.Folder(WriteFlags.MakeFolders | (mayExist ? WriteFlags.MayExist : WriteFlags.None), Permissions.Parse(mode), ground.Resolve(path)), cancellationToken)!;
    }

    /// <summary>Makes a symbolic link, which says <paramref name="target"/> as it is.</summary>
    public Task<AgwFile> MakeLinkAsync(FilePlace place, string path, string target, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        return ChangeAsync(ground, FileRequests.Link(WriteFlags.MustBeNew, target, ground.Resolve(path)), cancellationToken)!;
    }

    /// <summary>Moves or renames a file or folder within a workspace.</summary>
    /// <exception cref="AlreadyExistsException">There is something already, and <paramref name="overwrite"/> is false.</exception>
    public Task<AgwFile> MoveAsync(FilePlace place, string from, string to, bool overwrite, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        var (source, target) = (ground.Resolve(from), ground.Resolve(to));
        if (target.StartsWith(source + "/", StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"'{from}' cannot be moved into itself.") { Target = from };
        }

        return ChangeAsync(ground, FileRequests.Move(source, target, !overwrite), cancellationToken)!;
    }

    /// <summary>Removes a file, a link itself, or a folder: an empty one, or with all that is in it.</summary>
    public Task RemoveAsync(FilePlace place, string path, bool recurse, CancellationToken cancellationToken)
    {
        var ground = Ground(place);
        return ChangeAsync(ground, FileRequests.Remove(ground.Resolve(path), recurse), cancellationToken);
    }

    /// <summary>Everything about a place is looked up, and nothing is done.</summary>
    internal FileGround Ground(FilePlace place)
    {
        var (workspace, agent, vm) = store.Read(state =>
        {
            var row = state.RequireWorkspace(place.Workspace);
            return (row, place.Agent is null ? null : state.RequireAgent(place.Agent), state.GetVm(row.VmId)!);
        });
        if (agent is not null)
        {
            AgentService.RequireAccess(store, agent, workspace);
        }

        return new FileGround(vm, workspace, agent?.LinuxUser ?? workspace.LinuxGroup, workspace.Isolation == WorkspaceIsolation.Shared && !place.Anywhere);
    }

    /// <summary>The same where only this path may lead out of a shared workspace, and only if it says so itself.</summary>
    internal FileGround Ground(FilePlace place, string path)
    {
        var ground = Ground(place with { Anywhere = false });
        return ground.Confined && place.Anywhere && MachinePath.IsAbsolute(path) && !(MachinePath.Normalize(path) + "/").StartsWith(ground.Root + "/", StringComparison.Ordinal)
            ? ground with { Confined = false } : ground;
    }

    internal FileProgram Program(FileGround ground, bool onlyLook = false) =>
        new(Shell(ground, onlyLook), ground.User, ground.Root, ground.Confined);

    internal Transport.IMachineShell Shell(FileGround ground, bool onlyLook = false) => onlyLook ? machines.Probe(ground.Vm) : machines.Shell(ground.Vm);

    internal static bool Matches(IncrementalHash hash, ReadOnlySpan<byte> said) =>
        Convert.ToHexString(hash.GetHashAndReset()).Equals(Encoding.ASCII.GetString(said), StringComparison.OrdinalIgnoreCase);

    internal static FileHead ReadHead(FileGround ground, ReadOnlySpan<byte> payload)
    {
        var offset = BinaryPrimitives.ReadInt64BigEndian(payload);
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(payload[8..]);
        var start = payload.Slice(12, length).ToArray();
        var rest = payload[(12 + length)..];
        return new FileHead(ground.ToModel(FileEntry.Read(ref rest)), offset, start);
    }

    private IAsyncEnumerable<BatchOutcome<AgwFile>> ListAsync(FilePlace place, ListFiles request, bool onlyLook, CancellationToken cancellationToken) =>
        Piped.RunAsync<BatchOutcome<AgwFile>>(
            async (write, cancel) =>
            {
                var ground = Ground(place);
                var requests = new List<byte[]>();
                var asked = new List<string>();
                foreach (var path in request.Paths)
                {
                    try
                    {
                        requests.Add(FileRequests.List(request, ground.Resolve(path), request.Literal));
                        asked.Add(path);
                    }
                    catch (AgentworksException e)
                    {
                        await write(new BatchOutcome<AgwFile>(path, null, e)).ConfigureAwait(false);
                    }
                }

                if (requests.Count == 0)
                {
                    return;
                }

                await Program(ground, onlyLook).RunAsync(
                    requests,
                    (type, payload) => type switch
                    {
                        'e' => WriteEntriesAsync(ground, payload, write),
                        'x' => WriteFailure(FileFailure.ReadEntry(payload.Span, ground)),
                        'X' => WriteFailure(FileFailure.Read(payload.Span, ground).Failure),
                        _ => ValueTask.CompletedTask,
                    },
                    cancel).ConfigureAwait(false);

                ValueTask WriteFailure(AgentworksException failure) => write(new BatchOutcome<AgwFile>(failure.Target as string ?? string.Empty, null, failure));
            },
            ahead: 256,
            cancellationToken);

    private static async ValueTask WriteEntriesAsync(FileGround ground, ReadOnlyMemory<byte> payload, Func<BatchOutcome<AgwFile>, ValueTask> write)
    {
        foreach (var file in ReadEntries(ground, payload.Span))
        {
            await write(new BatchOutcome<AgwFile>(file.Path, file, null)).ConfigureAwait(false);
        }
    }

    private static List<AgwFile> ReadEntries(FileGround ground, ReadOnlySpan<byte> payload)
    {
        var files = new List<AgwFile>();
        while (payload.Length > 0)
        {
            files.Add(ground.ToModel(FileEntry.Read(ref payload)));
        }

        return files;
    }

    private async Task<AgwFile?> ChangeAsync(FileGround ground, byte[] request, CancellationToken cancellationToken)
    {
        var results = new FileResults(ground);
        await Program(ground).RunAsync(Requests, changes: true, results.Add, cancellationToken).ConfigureAwait(false);
        return results.Find(0);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Requests([EnumeratorCancellation] CancellationToken cancel)
        {
            yield return request;
            await Task.CompletedTask.ConfigureAwait(false);
        }
    }
}
