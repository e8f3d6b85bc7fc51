using System.Globalization;
using System.Text.RegularExpressions;
using Agentworks.Config;
using Agentworks.Model;

namespace Agentworks.History;

/// <summary>
/// The operations' logs: a folder per machine, by its exact name, and in it a file per operation. A machine's name stays when its making is undone,
/// so that the log of a making that failed can still be read.
/// </summary>
public sealed partial class LogFolder(string home, TimeProvider clock)
{
    private const string Stamp = "yyyyMMdd'T'HHmmssfff'Z'";
    private const int Kept = 50;
    private const int TailBytes = 256;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private readonly string _root = System.IO.Path.Combine(home, "logs");

    /// <summary>The names of the machines that have logs, removed ones too.</summary>
    public IReadOnlyList<string> Vms() =>
        Directory.Exists(_root) ? [.. Directory.GetDirectories(_root).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>A machine's logs, the newest first.</summary>
    public IReadOnlyList<AgwVmLog> List(string vm) =>
        [.. Files(vm).Select(file => Read(vm, file)).OfType<AgwVmLog>()];

    /// <summary>Begins the log of an operation, and lets go of what is too old.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal OperationLog Begin(string vm, string operation, string journalId)
    {
        var folder = System.IO.Path.Combine(_root, vm);
        PrivateFolder.Create(folder);
        Rotate(vm);
        var stamp = clock.GetUtcNow().UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture);
        return new OperationLog(System.IO.Path.Combine(folder, $"{stamp}-{operation}-{journalId}.log"), clock);
    }

    /// <summary>Removes a machine's logs but for one, and those of machines that are long gone.</summary>
    internal void Forget(string vm, string but, IReadOnlySet<string> living)
    {
        foreach (var file in Files(vm).Where(file => file != but))
        {
            File.Delete(file);
        }

        foreach (var other in Vms().Where(name => name != vm && !living.Contains(name)))
        {
            Rotate(other);
            if (!Directory.EnumerateFileSystemEntries(System.IO.Path.Combine(_root, other)).Any())
            {
                Directory.Delete(System.IO.Path.Combine(_root, other));
            }
        }
    }

    private void Rotate(string vm)
    {
        var oldest = clock.GetUtcNow() - KeptFor;
        foreach (var file in Files(vm).Where((file, index) => index >= Kept - 1 || (Started(file) is { } started && started < oldest)))
        {
            File.Delete(file);
        }
    }

    /// <summary>Newest first: a name begins with its time.</summary>
    private IEnumerable<string> Files(string vm)
    {
        var folder = System.IO.Path.Combine(_root, vm);
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.log").Where(file => FileName().IsMatch(System.IO.Path.GetFileName(file))).OrderByDescending(file => file, StringComparer.Ordinal)
            : [];
    }

    private static AgwVmLog? Read(string vm, string file)
    {
        var match = FileName().Match(System.IO.Path.GetFileName(file));
        try
        {
            return new AgwVmLog
            {
                Vm = vm,
                Operation = match.Groups["operation"].Value,
                Started = Started(file)!.Value,
                OperationId = match.Groups["id"].Value,
                Path = file,
                Size = new FileInfo(file).Length,
                Outcome = Outcome(file),
            };
        }
        catch (IOException)
        {
            // Rotated away meanwhile.
            return null;
        }
    }

    private static LogOutcome Outcome(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(TailBytes, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        var last = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? string.Empty;
        return last.StartsWith(OperationLog.Footer + nameof(LogOutcome.Succeeded), StringComparison.Ordinal) ? LogOutcome.Succeeded
            : last.StartsWith(OperationLog.Footer + nameof(LogOutcome.Failed), StringComparison.Ordinal) ? LogOutcome.Failed
            : LogOutcome.Open;
    }

    private static DateTimeOffset? Started(string file) => DateTimeOffset.TryParseExact(
        FileName().Match(System.IO.Path.GetFileName(file)).Groups["stamp"].Value, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;

    [GeneratedRegex("^(?<stamp>[0-9]{8}T[0-9]{9}Z)-(?<operation>[A-Za-z]+-[A-Za-z]+)-(?<id>[0-9a-f]{32})[.]log$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
