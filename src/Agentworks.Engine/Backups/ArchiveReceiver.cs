using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Events;
using Agentworks.Transport;

namespace Agentworks.Backups;

/// <summary>Takes what backup-send.sh writes: the archive goes to a file, its messages are read.</summary>
internal sealed class ArchiveReceiver(Stream file, string activity, string what, IEventSink events, CancellationToken cancellationToken) : IDisposable
{
    private const long Record = 10240;
    private const int MaxMessage = 4000;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _said = new();
    private LineSplitter? _lines;
    private long _total;
    private long _read;

    public long Length { get; private set; }

    /// <summary>What tar ended with; null when it did not come to that.</summary>
    public int? Status { get; private set; }

    public string? Fingerprint { get; private set; }
    public long? Entries { get; private set; }
    public string Said => _said.ToString().Trim();

    public string Sha256() => BackupFolder.Hex(_hash.GetHashAndReset());

    public async ValueTask TakeAsync(OutputChunk chunk)
    {
        if (chunk.Stream == OutputStream.Error)
        {
            (_lines ??= new LineSplitter(Hear)).Feed(chunk.Data.Span);
            return;
        }

        _hash.AppendData(chunk.Data.Span);
        Length += chunk.Data.Length;
        await file.WriteAsync(chunk.Data, cancellationToken).ConfigureAwait(false);
        Report();
    }

    public void Finish() => _lines?.Finish();

    public void Dispose() => _hash.Dispose();

    private void Hear(string line)
    {
        switch (line.Split(' '))
        {
            case ["agw-total", var total]:
                _total = long.Parse(total, CultureInfo.InvariantCulture);
                break;
            case ["agw-content", var fingerprint, var entries]:
                (Fingerprint, Entries) = (fingerprint, long.Parse(entries, CultureInfo.InvariantCulture));
                break;
            case ["tar:", "agw-record", var record] when long.TryParse(record, CultureInfo.InvariantCulture, out var count):
                _read = count * Record;
                Report();
                break;
            case ["agw-status", var status]:
                Status = int.Parse(status, CultureInfo.InvariantCulture);
                break;
            default:
                if (_said.Length < MaxMessage)
                {
                    _said.AppendLine(line);
                }

                break;
        }
    }

    private void Report() => events.Report(new ProgressEvent(
        activity,
        string.Create(CultureInfo.InvariantCulture, $"{what}: {Megabytes(_read)} of {Megabytes(_total)} MB read, {Megabytes(Length)} MB written"),
        _total > 0 ? (int)Math.Min(99, 100 * _read / _total) : 0));

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
