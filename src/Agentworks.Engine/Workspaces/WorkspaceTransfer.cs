using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Operations;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Workspaces;

/// <summary>
/// A workspace's files on their way from one machine to another, through this process: no file here, and no more in memory than a few
/// MiB, because the sender waits for the receiver. The stream's SHA-256 is computed at both ends and in between.
/// </summary>
public sealed class WorkspaceTransfer(IMachineShell from, IMachineShell to, IEventSink events)
{
    private const int MaxMessage = 4000;

    internal static string Functions => WorkspacePlan.Functions + EmbeddedText.Read("workspace-stage.sh");

    /// <summary>Brings the files of <paramref name="source"/> to the place of <paramref name="target"/>, where they are renamed into it when whole.</summary>
    /// <exception cref="FileTransferException">What arrived is not what was sent.</exception>
    /// <exception cref="RemoteCommandException">Either machine could not do its part.</exception>
    public async Task RunAsync(WorkspaceRow source, WorkspaceRow target, VmRow targetVm, OperationScope scope, CancellationToken cancellationToken)
    {
        var activity = $"Workspace {target.Name}";
        var packer = await CanPackAsync(from, cancellationToken).ConfigureAwait(false) && await CanPackAsync(to, cancellationToken).ConfigureAwait(false) ? "zstd" : "none";
        var sender = new Sender(activity, events);
        try
        {
            var (sending, received) = await HandOver.RunAsync(
                (stream, cancel) => SendAsync(sender, source.Path, packer, stream, cancel),
                (stream, cancel) => ReceiveAsync(target, targetVm, packer, stream, scope.RemoteId("receive"), cancel),
                cancellationToken).ConfigureAwait(false);
            var sent = await sending.ConfigureAwait(false);
            if (sent.Sum != received.Sum || sent.Sum != sender.Passed() || (sent.Entries != "-" && sent.Entries != received.Entries))
            {
                throw new FileTransferException($"What arrived of workspace '{source.Name}' is not what was sent.") { Target = target.Name };
            }
        }
        finally
        {
            events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }

        scope.Record("put the copy in its place");
        await to.RequireAsync(
            new RemoteCommand
            {
                Script = Functions + """
                    set -eu
                    agw_alone "$1"
                    stage=$(agw_stage "$2")
                    agw_settle "$stage/tree" "$1" ''
                    agw_arrive "$stage" "$2" "$1"
                    """,
                Arguments = [target.LinuxGroup, target.Path],
                OperationId = scope.RemoteId("arrive"),
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(10),
            },
            $"Copying workspace '{source.Name}'",
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<(string Sum, string Entries)> SendAsync(Sender sender, string path, string packer, HandOverStream stream, CancellationToken cancellationToken)
    {
        // Without an operation id: it only reads, and what has begun to flow cannot be begun again.
        var result = await from.RunAsync(
            new RemoteCommand { Script = Functions + EmbeddedText.Read("workspace-send.sh"), Arguments = [path, packer] },
            chunk => sender.TakeAsync(chunk, stream, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return (result.Succeeded ? sender.Sent : null) ?? throw new RemoteCommandException($"The files could not be read (exit status {result.ExitCode}): {sender.Said}");
    }

    private async Task<(string Sum, string Entries)> ReceiveAsync(
        WorkspaceRow target, VmRow vm, string packer, HandOverStream stream, string operationId, CancellationToken cancellationToken)
    {
        var result = await to.RequireAsync(
            new RemoteCommand
            {
                Script = Functions + EmbeddedText.Read("workspace-receive.sh"),
                Arguments = [target.LinuxGroup, target.Path, vm.AdminUser, packer],
                Input = stream,
                OperationId = operationId,
            },
            $"Writing workspace '{target.Name}'",
            cancellationToken).ConfigureAwait(false);
        return result.OutputText.Trim().Split(' ') is [var sum, var entries]
            ? (sum, entries)
            : throw new RemoteCommandException($"VM '{vm.Name}' did not say what it received.");
    }

    private static async Task<bool> CanPackAsync(IMachineShell shell, CancellationToken cancellationToken) =>
        (await shell.RunAsync(new RemoteCommand { Script = "command -v zstd >/dev/null" }, cancellationToken).ConfigureAwait(false)).Succeeded;

    /// <summary>What the sender writes: the stream goes on, its messages are read.</summary>
    private sealed class Sender(string activity, IEventSink events)
    {
        private const long Record = 10240;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly StringBuilder _said = new();
        private LineSplitter? _lines;
        private long _total;

        public (string Sum, string Entries)? Sent { get; private set; }

        public string Said => _said.ToString().Trim();

        public string Passed() => Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();

        public async ValueTask TakeAsync(OutputChunk chunk, HandOverStream stream, CancellationToken cancellationToken)
        {
            if (chunk.Stream == OutputStream.Error)
            {
                (_lines ??= new LineSplitter(Hear)).Feed(chunk.Data.Span);
                return;
            }

            _hash.AppendData(chunk.Data.Span);
            await stream.PutAsync(chunk.Data, cancellationToken).ConfigureAwait(false);
        }

        private void Hear(string line)
        {
            var words = line.Split(' ');
            switch (words)
            {
                case ["agw-total", var total]:
                    _total = long.Parse(total, CultureInfo.InvariantCulture);
                    break;
                case ["tar:", "agw-record", var record] when long.TryParse(record, CultureInfo.InvariantCulture, out var count):
                    Report(count * Record);
                    break;
                case ["agw-sent", var sum, var entries]:
                    Sent = (sum, entries);
                    break;
                default:
                    if (_said.Length < MaxMessage)
                    {
                        _said.AppendLine(line);
                    }

                    break;
            }
        }

        private void Report(long done)
        {
            var percent = _total > 0 ? (int)Math.Min(99, 100 * done / _total) : 0;
            events.Report(new ProgressEvent(activity, $"{Megabytes(done)} of {Megabytes(_total)} MB", percent));
        }

        private static string Megabytes(long bytes) => (bytes / 1_000_000).ToString(CultureInfo.InvariantCulture);
    }
}
