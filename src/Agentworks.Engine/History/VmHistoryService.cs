using System.Text;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.History;

/// <summary>What happened to machines: their events, and the logs of the operations on them. Asks no machine.</summary>
public sealed class VmHistoryService(StateStore store, LogFolder logs)
{
    /// <summary>A machine's events, the oldest first.</summary>
    /// <exception cref="NotFoundException">There is no such machine.</exception>
    public IReadOnlyList<AgwVmEvent> Events(string vm) => store.Read<IReadOnlyList<AgwVmEvent>>(state =>
    {
        var row = state.FindVm(vm) ?? throw new NotFoundException(EntityKind.Vm, vm) { Target = vm, Recommendation = "Get-AgwVm lists them." };
        return [.. state.ListVmEvents(row.Id).Select(one => new AgwVmEvent { Vm = row.Name, Time = one.Time, Event = one.Event, Detail = one.Detail })];
    });

    /// <summary>The machines that have logs, also those that are gone.</summary>
    public IReadOnlyList<string> LoggedVms() => logs.Vms();

    /// <summary>A machine's logs, the newest first.</summary>
    public IReadOnlyList<AgwVmLog> Logs(string vm) => logs.List(vm);

    /// <summary>A log's text.</summary>
    /// <exception cref="NotFoundException">It was removed meanwhile.</exception>
    public static string ReadText(AgwVmLog log)
    {
        try
        {
            using var stream = new FileStream(log.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (IOException)
        {
            throw new NotFoundException("log", log.Path) { Target = log.Path, Recommendation = $"Get-AgwVmLog {log.Vm} lists those that are there." };
        }
    }
}
