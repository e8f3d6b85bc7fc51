using System.Globalization;
using System.Net;
using Agentworks.Errors;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Vms;

/// <summary>Asks machines what they are and use: one question each, all at once, without starting a process there or a machine.</summary>
public sealed class VmDetails(StateStore store, PlatformRegistry platforms, MachineConnections machines)
{
    private const double MiB = 1L << 20;
    private const double GiB = 1L << 30;

    /// <summary>The same machine with its detail; with nulls where it does not answer.</summary>
    public async Task<AgwVm> DescribeAsync(AgwVm vm, Func<CancellationToken, Task<VmStatus>> observe, CancellationToken cancellationToken)
    {
        var row = store.Read(state => state.GetVm(vm.Id));
        if (row is null)
        {
            return vm with { Status = VmStatus.Missing };
        }

        var said = row.State is LifecycleState.Creating or LifecycleState.Removing ? null : await AskAsync(row, cancellationToken).ConfigureAwait(false);
        var status = said is null ? await observe(cancellationToken).ConfigureAwait(false) : VmStatus.Running;
        return vm with { Status = status, Detail = Detail(row, said ?? Parse(string.Empty)) };
    }

    private async Task<ILookup<string, string>?> AskAsync(VmRow row, CancellationToken cancellationToken)
    {
        try
        {
            return Parse(await machines.Probe(row).EvaluateAsync(EmbeddedText.Read("vm-detail.pl"), [row.WorkspacesPath], cancellationToken).ConfigureAwait(false));
        }
        catch (AgentworksException)
        {
            return null;
        }
    }

    private AgwVmDetail Detail(VmRow row, ILookup<string, string> said)
    {
        var (workspaces, agents, sessions) = store.Read(state => (
            state.ListWorkspaces(row.Id).Select(one => one.Name).ToArray(),
            state.ListAgents(row.Id).Select(one => one.Name).ToArray(),
            state.ListSessions(row.Id).Select(one => one.Name).ToArray()));
        double[]? load = said["load"].FirstOrDefault()?.Split(' ').Select(part => Number(part) ?? 0).ToArray();
        return new AgwVmDetail
        {
            // Arrays, because PowerShell cannot index what a collection expression makes here.
            Resources = new[]
            {
                new AgwVmResource("Cpu", "Cores", row.Cpus, Value("cpus"), load?[0]),
                new AgwVmResource("Memory", "Bytes", row.MemoryMiB * MiB, Value("memory"), Value("memory-used")),
                new AgwVmResource("Swap", "Bytes", null, Value("swap"), Value("swap-used")),
                new AgwVmResource("Disk", "Bytes", row.DiskGiB * GiB, Value("disk"), Value("disk-used")),
                new AgwVmResource("Workspaces", "Bytes", null, Value("workspaces"), Value("workspaces-used")),
            },
            SizeEnforced = platforms.Get(row.Platform).Traits.EnforcesSize,
            Load = load,
            Uptime = Value("uptime") is { } seconds and >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null,
            BootId = said["boot"].FirstOrDefault(),
            Kernel = said["kernel"].FirstOrDefault(),
            OperatingSystem = said["system"].FirstOrDefault(),
            Addresses = said.Count == 0 ? null : said["address"].Concat(said["address6"].Select(Address6).OfType<string>()).ToArray(),
            Workspaces = workspaces,
            Agents = agents,
            Sessions = sessions,
        };

        double? Value(string name) => Number(said[name].FirstOrDefault());
    }

    private static ILookup<string, string> Parse(string text) =>
        text.Split('\n').Select(line => line.Split('\t', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string? Address6(string hex) => hex.Length == 32 && hex.All(char.IsAsciiHexDigit) ? new IPAddress(Convert.FromHexString(hex)).ToString() : null;
}
