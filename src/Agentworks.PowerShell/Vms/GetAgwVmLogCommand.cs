using System.Management.Automation;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>
/// Lists the logs of operations on machines, the newest first; with -Raw, writes their text. A machine that is gone may have some left. With -Type,
/// writes the lines of a log of the machine itself.
/// </summary>
[Cmdlet(VerbsCommon.Get, "AgwVmLog", DefaultParameterSetName = "Log")]
[OutputType(typeof(AgwVmLog))]
[OutputType(typeof(string))]
[OutputType(typeof(AgwLogLine))]
public sealed class GetAgwVmLogCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>The machines of these workspaces.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    /// <summary>Whose words: Console, Hypervisor, Ssh or Network.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Machine")]
    [ValidateSet("Console", "Hypervisor", "Ssh", "Network")]
    public string Type { get; set; } = string.Empty;

    /// <summary>Go on with what is written from now on.</summary>
    [Parameter(ParameterSetName = "Machine")]
    public SwitchParameter Wait { get; set; }

    /// <summary>Only those of these cmdlets.</summary>
    [Parameter(ParameterSetName = "Log")]
    [Parameter(ParameterSetName = "Text")]
    [SupportsWildcards]
    public string[]? Operation { get; set; }

    /// <summary>Only operations that failed.</summary>
    [Parameter(ParameterSetName = "Log")]
    [Parameter(ParameterSetName = "Text")]
    public SwitchParameter Failed { get; set; }

    /// <summary>Only so many of the newest of each machine.</summary>
    [Parameter(ParameterSetName = "Log")]
    [Parameter(ParameterSetName = "Text")]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Write the text instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Text")]
    public SwitchParameter Raw { get; set; }

    /// <summary>Of the text, only so many of the last lines; 100 of a machine's log when not given.</summary>
    [Parameter(ParameterSetName = "Text")]
    [Parameter(ParameterSetName = "Machine")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    protected override void Process()
    {
        if (Vm is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var vms = Names();
        if (ParameterSetName == "Machine")
        {
            var log = Enum.Parse<MachineLog>(Type, ignoreCase: true);
            foreach (var (vm, input) in FindVms(vms))
            {
                ForInput(input, () => Stream(stop => Engine.MachineLogs.ReadAsync(vm.Name, log, Tail ?? 100, Wait, stop), WriteObject));
            }
            return;
        }
        var patterns = Operation?.Select(text => new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant)).ToArray();
        foreach (var (vm, input) in FindLogs(vms))
        {
            ForInput(input, () =>
            {
                var logs = Try(() => Engine.History.Logs(vm)).Where(log =>
                    (patterns is null || patterns.Any(pattern => pattern.IsMatch(log.Operation))) && (!Failed || log.Failed));
                foreach (var log in Last is null ? logs : logs.Take(Last.Value))
                {
                    Write(log);
                }
            });
        }
    }

    /// <summary>A piped workspace, or what else is on a machine, means its machine.</summary>
    private IReadOnlyList<NameArgument>? Names()
    {
        var named = NamesToGet(Vm, name => new VmArgument(name), narrowed: false);
        return Workspace is null ? named : [.. named ?? [], .. FindWorkspaces(Workspace).Select(found => new VmArgument(found.Item.Vm))];
    }

    private void Write(AgwVmLog log)
    {
        if (!Raw)
        {
            WriteObject(log);
            return;
        }
        var text = Try(() => VmHistoryService.ReadText(log)).TrimEnd('\n');
        WriteObject(Tail is null ? text : string.Join('\n', text.Split('\n').TakeLast(Tail.Value)));
    }
}
