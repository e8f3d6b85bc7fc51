using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Logs;

/// <summary>What machines and the programs around them wrote. Looking starts no machine; what is on this computer can be read of one that is off or crashed.</summary>
public sealed class MachineLogService(StateStore store, PlatformRegistry platforms, MachineConnections machines, MachinePower power)
{
    /// <summary>The last lines, and with <paramref name="follow"/> each that is written from now on, until cancelled.</summary>
    /// <exception cref="NotSupportedByPlatformException">The machine's platform keeps no such log.</exception>
    /// <exception cref="NotReadyException">The machine must be asked, and is off.</exception>
    public IAsyncEnumerable<AgwLogLine> ReadAsync(string vm, MachineLog log, int tail, bool follow, CancellationToken cancellationToken)
    {
        var row = store.Read(state => state.FindVm(vm)) ?? throw new NotFoundException(EntityKind.Vm, vm) { Target = vm, Recommendation = "Get-AgwVm lists them." };
        return log == MachineLog.Ssh ? AskAsync(row, tail, follow, cancellationToken) : ReadFilesAsync(row, log, tail, follow, cancellationToken);
    }

    private async IAsyncEnumerable<AgwLogLine> ReadFilesAsync(
        VmRow vm, MachineLog log, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var logs = platforms.Get(vm.Platform) as IMachineLogs ?? throw new NotSupportedByPlatformException($"The platform {vm.Platform} keeps no log of this kind of VM '{vm.Name}'.")
        {
            Target = vm.Name,
            Recommendation = $"Get-AgwVmLog {vm.Name} -Type Ssh",
        };
        var files = logs.FilesOf(vm.ToMachine(store.OwnerTag), Enum.Parse<MachineLogKind>(log.ToString()));
        await foreach (var line in LogFollower.ReadAsync(files, tail, follow, cancellationToken).ConfigureAwait(false))
        {
            yield return new AgwLogLine { Vm = vm.Name, Source = log, Line = line };
        }
    }

    private async IAsyncEnumerable<AgwLogLine> AskAsync(VmRow vm, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = Channel.CreateUnbounded<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = RunAsync(vm, tail, follow, lines.Writer, stop.Token);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return Read(vm.Name, line);
            }

            await asking.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(VmRow vm, int tail, bool follow, ChannelWriter<string> lines, CancellationToken cancellationToken)
    {
        try
        {
            var splitter = new LineSplitter(line => lines.TryWrite(line));
            var command = new RemoteCommand
            {
                Script = EmbeddedText.Read("ssh-log.sh"),
                Arguments = [tail.ToString(CultureInfo.InvariantCulture), .. follow ? ["follow"] : Array.Empty<string>()],
            };
            await machines.Probe(vm).RunAsync(command, Feed, cancellationToken).ConfigureAwait(false);
            splitter.Finish();

            ValueTask Feed(OutputChunk chunk)
            {
                if (chunk.Stream == OutputStream.Output)
                {
                    splitter.Feed(chunk.Data.Span);
                }

                return ValueTask.CompletedTask;
            }
        }
        catch (ConnectionFailedException e)
        {
            throw await power.ExplainAsync(vm, e, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lines.TryComplete();
        }
    }

    /// <summary>journalctl's short-iso-precise: a time and the rest.</summary>
    internal static AgwLogLine Read(string vm, string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? new AgwLogLine { Vm = vm, Source = MachineLog.Ssh, Timestamp = time, Line = line[(space + 1)..] }
            : new AgwLogLine { Vm = vm, Source = MachineLog.Ssh, Line = line };
    }
}
