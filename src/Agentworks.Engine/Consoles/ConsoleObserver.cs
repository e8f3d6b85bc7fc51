using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;

namespace Agentworks.Consoles;

/// <summary>Asks machines which consoles run: one question per machine, all machines at once, none started for it.</summary>
public sealed class ConsoleObserver(StateStore store, MachineConnections machines, MachinePower power)
{
    public IAsyncEnumerable<AgwConsole> ObserveAsync(IReadOnlyList<AgwConsole> consoles, CancellationToken cancellationToken) =>
        FanOut.RunAsync<IGrouping<string, AgwConsole>, AgwConsole>(
            consoles.GroupBy(console => console.Vm, StringComparer.Ordinal),
            async (group, output, cancel) =>
            {
                foreach (var console in await ObserveMachineAsync(group.Key, [.. group], cancel).ConfigureAwait(false))
                {
                    await output.WriteAsync(console, cancel).ConfigureAwait(false);
                }
            },
            cancellationToken);

    private async Task<IReadOnlyList<AgwConsole>> ObserveMachineAsync(
        string vmName, IReadOnlyList<AgwConsole> consoles, CancellationToken cancellationToken)
    {
        var vm = store.Read(state => state.FindVm(vmName));
        if (vm is null)
        {
            return consoles;
        }

        try
        {
            var running = await new ConsoleMachine(machines.Probe(vm), vm).ObserveAsync(cancellationToken).ConfigureAwait(false);
            return [.. consoles.Select(console => console with
            {
                Status = running.Contains(console.Name) ? ConsoleStatus.Running : ConsoleStatus.Stopped,
            })];
        }
        catch (AgentworksException)
        {
            // What a machine that is off does not run is known; of one that cannot be asked, nothing is.
            var off = await power.IsOffAsync(vm, cancellationToken).ConfigureAwait(false);
            return [.. consoles.Select(console => console with { Status = off ? ConsoleStatus.Stopped : ConsoleStatus.Unknown })];
        }
    }
}
