using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Platforms;

/// <summary>
/// Keeps the tools of an operation that was killed from working on while the next one has begun: a mount or a launch outlives its starter
/// by some milliseconds. Every tool holds a lock while it runs; a new operation waits for that and then shuts out all that come later.
/// </summary>
internal sealed class OperationFence
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private OperationFence(string file, string token) => (File, Token) = (file, token);

    public string File { get; }
    public string Token { get; }

    /// <summary>Waits until the tools of earlier operations have ended.</summary>
    /// <param name="file">The machine's lock file, named after its id.</param>
    /// <param name="clock">For the wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<OperationFence> BeginAsync(string file, TimeProvider clock, CancellationToken cancellationToken)
    {
        var id = Path.GetFileNameWithoutExtension(file);
        var token = RandomNumberGenerator.GetHexString(16, lowercase: true);
        UnixFiles.CreatePrivateFolder(Path.GetDirectoryName(file)!);
        return await Waiting.UntilAsync(() => TryWrite(file, token), Limit, clock, cancellationToken).ConfigureAwait(false)
            ? new OperationFence(file, token)
            : throw new ResourceBusyException($"A tool still works on machine {id} after {Limit.TotalSeconds} s.") { Target = id };
    }

    /// <summary>The program and arguments that run a program within the operation.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Wrap(string program, IReadOnlyList<string> arguments) =>
        ("/bin/sh", ["-c", EmbeddedText.Read("fence.sh"), "fence", File, Token, program, .. arguments]);

    /// <summary>Ends the last operation of all: shuts out everyone, also those who have the file open, and removes it.</summary>
    public void Remove()
    {
        System.IO.File.WriteAllText(File, "removed\n");
        System.IO.File.Delete(File);
    }

    private static bool TryWrite(string file, string token)
    {
        // Taken exclusively (an flock), which waits for every tool that holds it shared.
        using var stream = FileLock.TryTake(file);
        stream?.SetLength(0);
        stream?.Write(Encoding.ASCII.GetBytes(token + "\n"));
        return stream is not null;
    }
}
