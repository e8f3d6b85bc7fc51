using System.Net.Sockets;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Carries a machine's memory between QEMU and a file. QEMU itself may start no program, so it speaks with us through a socket; a file
/// by the final name is whole.
/// </summary>
internal sealed class QemuMemory(QemuPaths paths, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The processors stand still.</summary>
    public async Task WriteAsync(QmpClient control, string file, CancellationToken cancellationToken)
    {
        UnixFiles.DeleteIfThere(paths.Memory);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(paths.Memory));
        listener.Listen(1);
        try
        {
            await control.ExecuteAsync("migrate-set-parameters", new Dictionary<string, object>(StringComparer.Ordinal) { ["max-bandwidth"] = 1L << 40 }, cancellationToken)
                .ConfigureAwait(false);
            await control.ExecuteAsync("migrate", new { uri = "unix:" + paths.Memory }, cancellationToken).ConfigureAwait(false);
            using var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            var source = new NetworkStream(socket, ownsSocket: false);
            await using (source.ConfigureAwait(false))
            {
                var unfinished = file + ".new";
                File.Delete(unfinished);
                var target = UnixFiles.CreateFile(unfinished);
                await using (target.ConfigureAwait(false))
                {
                    await source.CopyToAsync(target, 1 << 20, cancellationToken).ConfigureAwait(false);
                }

                await AwaitAsync(control, cancellationToken).ConfigureAwait(false);
                File.Move(unfinished, file, overwrite: true);
            }
        }
        finally
        {
            UnixFiles.DeleteIfThere(paths.Memory);
        }
    }

    /// <summary>QEMU was started to take up a memory, and waits.</summary>
    public async Task ReadAsync(QmpClient control, string file, CancellationToken cancellationToken)
    {
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.Memory), cancellationToken).ConfigureAwait(false);
            var target = new NetworkStream(socket, ownsSocket: false);
            await using var _ = target.ConfigureAwait(false);
            var source = File.OpenRead(file);
            await using var __ = source.ConfigureAwait(false);
            await source.CopyToAsync(target, 1 << 20, cancellationToken).ConfigureAwait(false);
        }

        await AwaitAsync(control, cancellationToken).ConfigureAwait(false);
    }

    private async Task AwaitAsync(QmpClient control, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await control.ExecuteAsync("query-migrate", null, cancellationToken).ConfigureAwait(false);
            var status = state.TryGetProperty("status", out var word) ? word.GetString() : "none";
            switch (status)
            {
                case "completed":
                    return;
                case "failed" or "cancelled":
                    var why = state.TryGetProperty("error-desc", out var text) ? text.GetString() : status;
                    throw new PlatformException($"The memory of machine {paths.Id} could not be carried over: {why}") { Target = paths.Id };
                default:
                    await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }
}
