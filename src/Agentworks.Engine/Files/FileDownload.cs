using System.Diagnostics;
using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>
/// Copies files and folders of one workspace to this computer, all in one stream. The machine is not believed: a name that could lead out of
/// the destination is left out, links are made last and only where they stay inside, and files take their places when what came is proven.
/// </summary>
internal sealed class FileDownload(
    FileProgram program, FileGround ground, CopyFiles request, string? transferRoot, IEventSink events, Func<BatchOutcome<AgwFileTransfer>, ValueTask> write) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly TransferProgress _progress = new(events, $"Copy from {ground.Workspace.Name}", total: null);
    private readonly List<LocalFile> _waiting = [];
    private readonly List<(LocalFile File, string Target)> _links = [];
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    private readonly long _began = Stopwatch.GetTimestamp();
    private Source[] _sources = [];
    private Source? _source;
    private LocalFile? _file;
    private int _next;

    /// <summary>A thing that was asked for.</summary>
    private sealed class Source(string path)
    {
        public string Path { get; } = path;
        public string Place { get; set; } = string.Empty;
        public bool IsFile { get; set; }
        public long Bytes { get; set; }
        public int Files { get; set; }
        public bool Failed { get; set; }
        public string? Sha256 { get; set; }
    }

    /// <summary>A file on its way: what has come of it lies beside its place.</summary>
    private sealed record LocalFile(Source Of, string Path, string Beside, bool Runnable, FileStream? Content)
    {
        public long Bytes { get; set; }
        public IncrementalHash? Hash { get; init; }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LocalPlace.RequireInside(request.Destination, transferRoot);
        _sources = [.. request.Sources.Select(path => new Source(path))];
        try
        {
            await program.RunAsync(
                _sources.Select(source => FileRequests.ReadTree(ground.Resolve(source.Path), request.Recurse)), (type, payload) => TakeAsync(type, payload, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Drop();
            _progress.Complete();
        }

        foreach (var (file, target) in _links)
        {
            await LocallyAsync(file.Of, file.Path, () => MakeLink(file, target)).ConfigureAwait(false);
        }

        foreach (var source in _sources.Where(source => source.Place.Length > 0 && (!source.Failed || source.Files > 0)))
        {
            var transfer = new AgwFileTransfer
            {
                Source = MachinePath.IsAbsolute(source.Path) ? source.Path : MachinePath.Combine(ground.Root, MachinePath.Normalize(source.Path)),
                Destination = source.Place,
                Direction = FileDirection.FromWorkspace,
                Workspace = ground.Workspace.Name,
                Vm = ground.Vm.Name,
                Bytes = source.Bytes,
                Files = source.Files,
                Duration = Stopwatch.GetElapsedTime(_began),
                Sha256 = source.Sha256,
            };
            await write(new BatchOutcome<AgwFileTransfer>(source.Path, transfer, null)).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        Drop();
        _hash.Dispose();
    }

    private async ValueTask TakeAsync(char type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _source ??= _sources[Math.Min(_next, _sources.Length - 1)];
        switch (type)
        {
            case 'e':
                foreach (var entry in Entries(payload.Span))
                {
                    await LocallyAsync(_source, entry.Path, () => Begin(_source, entry)).ConfigureAwait(false);
                }

                break;
            case 'd':
                _hash.AppendData(payload.Span);
                _progress.Add(payload.Length);
                if (_file is { } file)
                {
                    file.Bytes += payload.Length;
                    file.Hash?.AppendData(payload.Span);
                    await LocallyAsync(_source, file.Path, () => file.Content!.Write(payload.Span)).ConfigureAwait(false);
                }

                break;
            case 'z':
                End();
                break;
            case 'h':
                await CommitAsync(FileService.Matches(_hash, payload.Span)).ConfigureAwait(false);
                break;
            case 'x':
                Discard();
                await FailAsync(_source, FileFailure.ReadEntry(payload.Span, ground)).ConfigureAwait(false);
                break;
            case 'X':
                Discard();
                await FailAsync(_source, FileFailure.Read(payload.Span, ground).Failure).ConfigureAwait(false);
                Next();
                break;
            case 'E':
                Next();
                break;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Next()
    {
        _next++;
        _source = null;
    }

    private static List<FileEntry> Entries(ReadOnlySpan<byte> payload)
    {
        var entries = new List<FileEntry>();
        while (payload.Length > 0)
        {
            entries.Add(FileEntry.Read(ref payload));
        }

        return entries;
    }

    private void Begin(Source source, FileEntry entry)
    {
        if (source.Place.Length == 0)
        {
            if (entry.Path.Length > 0)
            {
                throw new UnusableNameException(entry.Path, "it belongs to nothing that was asked for");
            }

            source.Place = PlaceOf(source);
            source.IsFile = entry.Kind == AgwFileKind.File;
        }
        else if (LocalName.ProblemOfPath(entry.Path, OperatingSystem.IsWindows()) is { } problem)
        {
            throw new UnusableNameException(entry.Path, problem);
        }

        var path = entry.Path.Length == 0 ? source.Place : Path.Combine(source.Place, entry.Path.Replace('/', Path.DirectorySeparatorChar));
        if (!_names.Add(path))
        {
            throw new UnusableNameException(entry.Path, "this computer takes its name for another one's");
        }

        switch (entry.Kind)
        {
            case AgwFileKind.Directory:
                MakeFolder(source, path);
                break;
            case AgwFileKind.File:
                MakeFolder(source, Path.GetDirectoryName(path)!);
                var beside = Path.Combine(Path.GetDirectoryName(path)!, $".agw-{Guid.NewGuid():N}");
                Require(path);
                _file = new LocalFile(source, path, beside, (entry.Mode & 0x40) != 0, new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
                {
                    Hash = source.IsFile ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null,
                };
                break;
            case AgwFileKind.SymbolicLink when LocalName.StaysInside(entry.Path, entry.LinkTarget):
                Require(path);
                _links.Add((new LocalFile(source, path, string.Empty, false, null), entry.LinkTarget));
                break;
            case AgwFileKind.SymbolicLink:
                throw new UnusableNameException(entry.Path, "it is a link that leads out of what is copied");
            default:
                throw new UnusableNameException(entry.Path, "it is no plain file, but a pipe, a socket or a device");
        }
    }

    private string PlaceOf(Source source)
    {
        var name = MachinePath.Name(ground.ToModel(new FileEntry(ground.Resolve(source.Path), AgwFileKind.File, 0, 0, default, string.Empty, string.Empty, string.Empty)).FullName);
        if (!_sourcesGoInto && !Directory.Exists(request.Destination))
        {
            return Path.GetFullPath(request.Destination);
        }

        return LocalName.Problem(name, OperatingSystem.IsWindows()) is { } problem
            ? throw new UnusableNameException(name, problem)
            : Path.GetFullPath(Path.Combine(request.Destination, name));
    }

    private bool _sourcesGoInto => request.Sources.Count > 1 || Path.EndsInDirectorySeparator(request.Destination);

    /// <summary>Below what is copied, a link is no folder: it was there before, and leads who knows where.</summary>
    private void MakeFolder(Source source, string path)
    {
        if (_folders.Contains(path))
        {
            return;
        }

        var isInside = path.Length > source.Place.Length;
        if (isInside)
        {
            MakeFolder(source, Path.GetDirectoryName(path)!);
        }

        if (isInside && new DirectoryInfo(path).LinkTarget is not null)
        {
            throw new UnusableNameException(path, "a link stands in its way");
        }

        Directory.CreateDirectory(path);
        _folders.Add(path);
    }

    private void Require(string path)
    {
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
        {
            throw new NotAFileException($"'{path}' is a folder.") { Target = path };
        }

        if (!request.Overwrite && (File.Exists(path) || new FileInfo(path).LinkTarget is not null))
        {
            throw new AlreadyExistsException("File", path) { Target = path, Recommendation = "Add -Force to replace it." };
        }
    }

    private void End()
    {
        if (_file is not { } file)
        {
            return;
        }

        file.Content!.Dispose();
        _waiting.Add(file);
        _file = null;
    }

    private async Task CommitAsync(bool proven)
    {
        if (!proven)
        {
            throw new FileTransferException($"What arrived from '{ground.Workspace.Name}' is not what the machine read; nothing of it was kept.");
        }

        foreach (var file in _waiting)
        {
            await LocallyAsync(file.Of, file.Path, () =>
            {
                if (file.Runnable && !OperatingSystem.IsWindows())
                {
                    var mode = File.GetUnixFileMode(file.Beside);
                    File.SetUnixFileMode(file.Beside, mode | (UnixFileMode)(((int)mode & 0x124) >> 2));
                }

                File.Move(file.Beside, file.Path, request.Overwrite);
                file.Of.Files++;
                file.Of.Bytes += file.Bytes;
                file.Of.Sha256 = file.Hash is null ? null : Convert.ToHexString(file.Hash.GetHashAndReset()).ToLowerInvariant();
            }).ConfigureAwait(false);
            Remove(file);
        }

        _waiting.Clear();
    }

    private void MakeLink(LocalFile file, string target)
    {
        MakeFolder(file.Of, Path.GetDirectoryName(file.Path)!);
        Require(file.Path);
        File.Delete(file.Path);
        File.CreateSymbolicLink(file.Path, target);
        file.Of.Files++;
    }

    private void Discard()
    {
        _file?.Content?.Dispose();
        if (_file is { } file)
        {
            Remove(file);
        }

        _file = null;
    }

    private void Drop()
    {
        Discard();
        _waiting.ForEach(Remove);
        _waiting.Clear();
    }

    private static void Remove(LocalFile file)
    {
        file.Hash?.Dispose();
        File.Delete(file.Beside);
    }

    private async Task LocallyAsync(Source source, string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AgentworksException)
        {
            Discard();
            await FailAsync(source, e as AgentworksException ?? new LocalFileException(path, e)).ConfigureAwait(false);
        }
    }

    private ValueTask FailAsync(Source source, AgentworksException failure)
    {
        source.Failed = true;
        return write(new BatchOutcome<AgwFileTransfer>(source.Path, null, failure));
    }
}
