using System.Runtime.CompilerServices;
using Agentworks.Transport;

namespace Agentworks.Logs;

/// <summary>Reads the last lines of files of this computer, and then what is added to them.</summary>
internal static class LogFollower
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="files">The oldest first. None need be there.</param>
    /// <param name="tail">How many lines of all of them together.</param>
    /// <param name="follow">Go on with the last file, also when it is begun anew, until cancelled.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<string> ReadAsync(
        IReadOnlyList<string> files, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new Queue<string>();
        var position = 0L;
        foreach (var file in files)
        {
            position = Read(file, 0, finish: !follow || file != files[^1], line =>
            {
                last.Enqueue(line);
                if (last.Count > tail)
                {
                    last.Dequeue();
                }
            });
        }

        foreach (var line in last)
        {
            yield return line;
        }

        while (follow && files.Count > 0)
        {
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            var fresh = new List<string>();
            var length = new FileInfo(files[^1]) is { Exists: true } info ? info.Length : 0;
            position = Read(files[^1], length < position ? 0 : position, finish: false, fresh.Add);
            foreach (var line in fresh)
            {
                yield return line;
            }
        }
    }

    /// <returns>Behind the last whole line.</returns>
    private static long Read(string file, long from, bool finish, Action<string> onLine)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(from, SeekOrigin.Begin);
            var buffer = new byte[64 << 10];
            var (position, whole) = (from, from);
            var lines = new LineSplitter(onLine);
            for (int got; (got = stream.Read(buffer)) > 0; position += got)
            {
                var end = buffer.AsSpan(0, got).LastIndexOf((byte)'\n');
                whole = end < 0 ? whole : position + end + 1;
                lines.Feed(buffer.AsSpan(0, got));
            }

            if (finish)
            {
                lines.Finish();
            }

            return whole;
        }
        catch (IOException)
        {
            // It is gone, or not there yet.
            return 0;
        }
    }
}
