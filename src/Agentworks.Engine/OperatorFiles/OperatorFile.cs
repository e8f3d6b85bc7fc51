using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.OperatorFiles;

/// <summary>
/// A file of the operator's own that we have something to write in. It is replaced as a whole by rename, keeps its mode and owner, and a
/// link stays a link. One that was not there is for the operator alone.
/// </summary>
/// <param name="path">Absolute.</param>
/// <param name="processes">For what .NET cannot do.</param>
internal sealed class OperatorFile(string path, IProcessRunner processes)
{
    private const int Largest = 16 << 20;

    /// <summary>What the path leads to: itself, or the end of its links.</summary>
    private string Target => new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;

    /// <summary>Null when it is not there.</summary>
    /// <exception cref="StateWriteException">It cannot be read.</exception>
    /// <exception cref="InvalidRequestException">It is far too large.</exception>
    public byte[]? Read()
    {
        try
        {
            return !File.Exists(path) ? null
                : new FileInfo(Target).Length <= Largest ? File.ReadAllBytes(path)
                : throw new InvalidRequestException($"'{path}' is too large to be what it should be.") { Target = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateWriteException($"'{path}' cannot be read: {e.Message}", e) { Target = path };
        }
    }

    /// <summary>Writes it unless it already is like that; whether it was written.</summary>
    /// <exception cref="StateWriteException">The disk or its rights refuse.</exception>
    public async Task<bool> WriteAsync(byte[] content, CancellationToken cancellationToken)
    {
        if (Read() is { } now && now.AsSpan().SequenceEqual(content))
        {
            return false;
        }

        try
        {
            var target = Target;
            var folder = Path.GetDirectoryName(target)!;
            CreateFolder(folder);
            var draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
            try
            {
                await WriteDraftAsync(draft, content, cancellationToken).ConfigureAwait(false);
                if (File.Exists(target))
                {
                    await KeepAsync(target, draft, cancellationToken).ConfigureAwait(false);
                }

                File.Move(draft, target, overwrite: true);
            }
            finally
            {
                File.Delete(draft);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateWriteException($"'{path}' cannot be written: {e.Message}", e) { Target = path };
        }
    }

    /// <summary>Whether there was one.</summary>
    /// <exception cref="StateWriteException">The disk or its rights refuse.</exception>
    public bool Delete()
    {
        try
        {
            var there = File.Exists(path);
            if (there)
            {
                File.Delete(path);
            }

            return there;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateWriteException($"'{path}' cannot be removed: {e.Message}", e) { Target = path };
        }
    }

    private static async Task WriteDraftAsync(string draft, byte[] content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(draft, options);
        await using var _ = file.ConfigureAwait(false);
        await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
    }

    private async Task KeepAsync(string target, string draft, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            // The folder's rights are inherited.
            return;
        }

        // Only root can be working on another's file.
        if (Environment.IsPrivilegedProcess && processes.Find("chown") is { } chown)
        {
            await processes.RunAsync(chown, ["--reference=" + target, draft], null, cancellationToken).ConfigureAwait(false);
        }

        File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
