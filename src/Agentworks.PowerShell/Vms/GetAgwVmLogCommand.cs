using System.Management.Automation;
using Agentworks.History;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the logs of operations on machines, the newest first; with -Raw, writes their text. A machine that is gone may have some left.</summary>
[Cmdlet(VerbsCommon.Get, "AgwVmLog", DefaultParameterSetName = "Log")]
[OutputType(typeof(AgwVmLog))]
[OutputType(typeof(string))]
public sealed class GetAgwVmLogCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Only those of these cmdlets.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Operation { get; set; }

    /// <summary>Only operations that failed.</summary>
    [Parameter]
    public SwitchParameter Failed { get; set; }

    /// <summary>Only so many of the newest of each machine.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Write the text instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Text")]
    public SwitchParameter Raw { get; set; }

    /// <summary>Of the text, only so many of the last lines.</summary>
    [Parameter(ParameterSetName = "Text")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    protected override void Process()
    {
        if (Vm is null && MyInvocation.ExpectingInput)
        {
            return;
        }
        var patterns = Operation?.Select(text => new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant)).ToArray();
        foreach (var (vm, input) in FindLogs(Vm))
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
