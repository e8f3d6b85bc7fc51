using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.State;

/// <summary>
/// One worker at a time on each thing, across processes and within one. A lock is a locked file: the kernel frees it when its holder
/// dies. The files stay; removing one while another process waits for it would split the lock in two.
/// </summary>
public sealed class ResourceLocks
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly string folder;
    private readonly TimeProvider clock;
    private readonly OperationJournal journal;

    internal ResourceLocks(string folder, TimeProvider clock, OperationJournal journal)
    {
        this.folder = folder;
        this.clock = clock;
        this.journal = journal;
    }

    /// <summary>Dispose of what this returns to let go.</summary>
    /// <param name="kind">One of <see cref="Model.EntityKind"/>.</param>
    /// <param name="name">Its name, or its id.</param>
    /// <param name="timeout">How long to wait for another holder; zero to try once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResourceBusyException">Another holder kept it for that long.</exception>
    public async Task<IDisposable> AcquireAsync(string kind, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Combine(folder, $"{FileNamePart(kind)}.{FileNamePart(name)}.lock");
        var self = ProcessIdentity.Current;
        var line = string.Create(CultureInfo.InvariantCulture, $"{self.Pid} {self.Start} {self.Host}");
        var began = clock.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            try
            {
                if (LockFile.TryTake(path, line) is { } held)
                {
                    return held;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StateWriteException($"The lock for {kind} '{name}' cannot be used: {e.Message}", e)
                {
                    Target = name,
                    Recommendation = $"Make {StatePaths.Quote(folder)} and the files in it writable for {Environment.UserName}.",
                };
            }

            var left = timeout - clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                throw Busy(kind, name, path);
            }

            await Task.Delay(pause < left ? pause : left, clock, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private ResourceBusyException Busy(string kind, string name, string path)
    {
        var words = LockFile.ReadHolder(path)?.Split(' ', 3);
        if (words is not [var pidText, var start, var host] || !int.TryParse(pidText, CultureInfo.InvariantCulture, out var pid))
        {
            return new ResourceBusyException($"Another process works on {kind} '{name}'.") { Target = name, Recommendation = "Run the command again in a moment." };
        }

        var holder = new ProcessIdentity(pid, start, host);
        var self = holder == ProcessIdentity.Current;
        var who = self ? "Another command in this process" : $"Process {pidText}{(host == Environment.MachineName ? string.Empty : " on " + host)}";
        var what = journal.DescribeWorkOf(holder, name) is { } work ? $" ({work})" : string.Empty;
        return new ResourceBusyException($"{who}{what} works on {kind} '{name}'.")
        {
            Target = name,
            Recommendation = self
                ? "Wait for that command to end, then run this one again."
                : $"Wait for it to end, or end process {pidText}, then run the command again; what it leaves half-made is taken up then.",
        };
    }

    /// <summary>Names that are safe as they are stay readable; any other becomes a digest.</summary>
    private static string FileNamePart(string text)
    {
        var lower = text.ToLowerInvariant();
        return lower.Length is > 0 and <= 64 && lower.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            ? lower
            : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
