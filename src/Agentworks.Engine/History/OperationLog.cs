using System.Globalization;
using System.Text;
using Agentworks.Config;
using Agentworks.Model;

namespace Agentworks.History;

/// <summary>
/// The log of one operation, written line by line. What comes from machines is made safe to show. A disk that refuses ends the log, not the operation.
/// </summary>
internal sealed class OperationLog : IDisposable
{
    /// <summary>Begins the last line.</summary>
    public const string Footer = "ended      ";

    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _began;
    private StreamWriter? _writer;

    public OperationLog(string path, TimeProvider clock)
    {
        (Path, _clock, _began) = (path, clock, clock.GetUtcNow());
        _writer = new StreamWriter(PrivateFolder.CreateFile(path), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
    }

    public string Path { get; }

    public void Header(string name, string value) => Put($"{name,-10} {TerminalText.EscapeLine(value)}");

    /// <summary>One thing that happened; further lines of <paramref name="text"/> are indented.</summary>
    public void Write(string kind, string text)
    {
        var time = _clock.GetUtcNow().UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var lines = text.Split('\n').Select(line => TerminalText.EscapeLine(line.TrimEnd('\r'))).ToArray();
        Put($"{time} {kind,-9} {string.Join("\n                       | ", lines)}");
    }

    public void End(LogOutcome outcome, int warnings)
    {
        var took = (_clock.GetUtcNow() - _began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        Put(string.Create(CultureInfo.InvariantCulture, $"{Footer}{outcome} {_clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} after {took} s, {warnings} warning(s)"));
        Dispose();
    }

    public void Dispose()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is lost; the operation went on without it.
        }

        _writer = null;
    }

    private void Put(string line)
    {
        try
        {
            _writer?.WriteLine(line);
        }
        catch (IOException)
        {
            Dispose();
        }
    }
}
