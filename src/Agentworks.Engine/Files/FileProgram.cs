using System.Text;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Files;

/// <summary>Runs files.pl on a machine, as one user and below one folder: any number of requests in one round trip.</summary>
internal sealed class FileProgram(IMachineShell shell, string? user, string root, bool confined, bool withoutOpenat2 = false)
{
    private const int MaxWords = 4096;
    private static readonly Lazy<string> Script = new(() => "exec perl -e " + PosixShell.Quote(Source()));

    /// <summary>Runs requests that change nothing.</summary>
    public Task RunAsync(IEnumerable<byte[]> requests, Func<char, ReadOnlyMemory<byte>, ValueTask> onAnswer, CancellationToken cancellationToken)
    {
        var all = requests.ToArray();
        return RunAsync(_ => Each(all), changes: false, onAnswer, cancellationToken);
    }

    /// <param name="requests">Makes the requests, again when they must be sent again.</param>
    /// <param name="changes">Whether they change the machine: then they run once, whatever becomes of the connection.</param>
    /// <param name="onAnswer">Sees the answers in order, never two at once. What it sees may come again for a request that it has seen answered.</param>
    /// <param name="cancellationToken">Ends the program there; what is only half written goes.</param>
    public async Task RunAsync(
        Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> requests,
        bool changes,
        Func<char, ReadOnlyMemory<byte>, ValueTask> onAnswer,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var words = new MemoryStream();
            var answers = new FileAnswers(onAnswer);
            var input = new FileInput(cancel => Framed(requests, cancel), cancellationToken);
            await using var _ = input.ConfigureAwait(false);
            var result = await shell.RunAsync(
                new RemoteCommand
                {
                    Script = Script.Value,
                    User = user,
                    WorkingDirectory = "/",
                    Input = input,
                    OperationId = changes ? Guid.NewGuid().ToString("N") : null,
                },
                TakeAsync,
                cancellationToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                return;
            }

            // Answered from the record: the connection was cut, and with it the input. What was half written is gone, so start afresh.
            if (attempt == 1 && changes && result.Replayed)
            {
                continue;
            }

            throw new RemoteCommandException($"The machine could not work on files (exit status {result.ExitCode}): {Encoding.UTF8.GetString(words.ToArray()).Trim()}");

            ValueTask TakeAsync(OutputChunk chunk)
            {
                if (chunk.Stream == OutputStream.Output)
                {
                    return answers.AddAsync(chunk.Data);
                }

                words.Write(chunk.Data.Span[..(int)Math.Min(chunk.Data.Length, MaxWords - words.Length)]);
                return ValueTask.CompletedTask;
            }
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> Framed(
        Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> requests,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return FileRequests.Root(root, confined, withoutOpenat2);
        await foreach (var piece in requests(cancellationToken).ConfigureAwait(false))
        {
            yield return piece;
        }

        yield return FileRequests.EndOfAll;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Each(byte[][] requests)
    {
        foreach (var request in requests)
        {
            yield return request;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static string Source() => string.Join(
        '\n', EmbeddedText.Read("files.pl").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
}
