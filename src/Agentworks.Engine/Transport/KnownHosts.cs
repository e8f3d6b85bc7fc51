using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>
/// The host keys that were pinned, in a known_hosts file of ours, each under its machine's id: addresses may come and go. Several
/// processes may change it at once; readers see the old file or the new one.
/// </summary>
public sealed class KnownHosts(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file; may not be there yet.</summary>
    public string Path { get; } = path;

    /// <summary>Makes <paramref name="keys"/> the only ones for a machine.</summary>
    /// <param name="alias">The machine's id.</param>
    /// <param name="keys">Public keys as in a .pub file: "ssh-ed25519 AAAA…"; a comment is dropped.</param>
    /// <param name="cancellationToken">Stops waiting for another process.</param>
    /// <exception cref="InvalidRequestException">The id or a key is not one.</exception>
    public Task PinAsync(string alias, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            throw new InvalidRequestException("There is no key to pin.") { Target = alias };
        }

        var lines = keys.Select(key => $"{CheckAlias(alias)} {CheckKey(key)}").ToList();
        return ChangeAsync(alias, lines, cancellationToken);
    }

    /// <summary>Drops a machine's keys; nothing happens when there are none.</summary>
    public Task ForgetAsync(string alias, CancellationToken cancellationToken) => ChangeAsync(CheckAlias(alias), [], cancellationToken);

    /// <summary>A machine's keys as "type base64"; empty when none is pinned.</summary>
    public IReadOnlyList<string> Find(string alias)
    {
        try
        {
            return File.ReadAllLines(Path).Where(line => IsFor(line, alias)).Select(line => line[(alias.Length + 1)..].Trim()).ToList();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private async Task ChangeAsync(string alias, IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        using var held = await FileLock.TakeAsync(Path + ".lock", cancellationToken).ConfigureAwait(false);
        string[] old = File.Exists(Path) ? await File.ReadAllLinesAsync(Path, cancellationToken).ConfigureAwait(false) : [];
        List<string> all = [.. old.Where(line => line.Length > 0 && !IsFor(line, alias)), .. lines];
        if (old.SequenceEqual(all, StringComparer.Ordinal) && File.Exists(Path))
        {
            return;
        }

        var fresh = Path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(fresh, options))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(all.Select(line => line + '\n'))), cancellationToken).ConfigureAwait(false);
        }

        File.Move(fresh, Path, overwrite: true);
    }

    private static bool IsFor(string line, string alias) =>
        line.Length > alias.Length && line[alias.Length] == ' ' && line.StartsWith(alias, StringComparison.Ordinal);

    private static string CheckAlias(string alias) =>
        alias.Length > 0 && char.IsAsciiLetterOrDigit(alias[0]) && alias.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? alias
            : throw new InvalidRequestException($"'{alias}' cannot name a host key.") { Target = alias };

    private static string CheckKey(string key)
    {
        var parts = key.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var isKey = parts.Length >= 2
            && !key.AsSpan().Trim().ContainsAny('\r', '\n')
            && parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '@')
            && Convert.TryFromBase64String(parts[1], new byte[parts[1].Length], out _);
        return isKey ? $"{parts[0]} {parts[1]}" : throw new InvalidRequestException("What was given as a host key is not one.") { Target = key };
    }
}
