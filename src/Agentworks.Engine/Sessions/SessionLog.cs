using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Sessions;

/// <summary>Reads what a session's terminal showed, from the log that only root can write.</summary>
public sealed class SessionLog(IMachineShell shell)
{
    private const string Script = """
        log=/var/log/agentworks/sessions/$1.log
        size=$(stat -c %s "$log" 2>/dev/null) || { echo "no log" >&2; exit 66; }
        written() { cat "$log.2" "$log.1" 2>/dev/null; head -c "$size" "$log"; }
        if [ -n "$2" ]; then written | tail -n "$2"; else written; fi
        [ -z "$3" ] || exec tail -c "+$((size + 1))" -F "$log" 2>/dev/null
        """;

    public async IAsyncEnumerable<string> ReadAsync(
        string name, int? tail, bool wait, bool raw, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = Channel.CreateBounded<string>(1024);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(name, tail, wait, lines.Writer, stop.Token);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return raw ? line : ControlSequences.Remove(line);
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(string name, int? tail, bool wait, ChannelWriter<string> output, CancellationToken cancellationToken)
    {
        try
        {
            var pending = new Queue<string>();
            var splitter = new LineSplitter(pending.Enqueue);
            var command = new RemoteCommand
            {
                Script = Script,
                Arguments = [name, tail?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty, wait ? "wait" : string.Empty],
            };
            var result = await shell.RunAsync(command, Take, cancellationToken).ConfigureAwait(false);
            splitter.Finish();
            await DrainAsync().ConfigureAwait(false);
            output.TryComplete(result.ExitCode == 66
                ? new NotFoundException("log of session", name) { Target = name, Recommendation = $"Start-AgwSession {name}" }
                : null);

            async ValueTask Take(OutputChunk chunk)
            {
                if (chunk.Stream == OutputStream.Output)
                {
                    splitter.Feed(chunk.Data.Span);
                    await DrainAsync().ConfigureAwait(false);
                }
            }

            async ValueTask DrainAsync()
            {
                while (pending.TryDequeue(out var line))
                {
                    await output.WriteAsync(line, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            output.TryComplete(e);
        }
    }
}
