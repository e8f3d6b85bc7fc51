using System.Management.Automation;
using Agentworks.Consoles;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Records a console; it is built when it is entered.</summary>
[Cmdlet(VerbsCommon.New, "AgwConsole", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConsole))]
public sealed class NewAgwConsoleCommand : AgentworksCommand
{
    private readonly List<string> _sessions = [];
    private string? _machine;
    private bool _refused;

    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Sessions in the order of their windows; a name with +N has N shells beside it.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Session { get; set; } = [];

    /// <summary>Its machine; that of the sessions when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>Also all other sessions of the machine.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Also all other sessions of the machine that run.</summary>
    [Parameter]
    public SwitchParameter AllRunning { get; set; }

    /// <summary>Begin with a shell of the machine's admin.</summary>
    [Parameter]
    public SwitchParameter AdminShell { get; set; }

    protected override void Process()
    {
        foreach (var session in Session)
        {
            if (session.Foreign == "Vm")
            {
                _machine = new VmArgument(session.Input).Name;
            }
            else if (session.GetProblem() is { } problem)
            {
                WriteFailure(problem, session.Input);
                _refused = true;
            }
            else
            {
                _sessions.Add(session.Name!);
            }
        }
    }

    protected override void End()
    {
        if (Vm?.GetProblem() is { } problem)
        {
            throw new EngineFailure(problem);
        }
        if (_refused || !Approves(Name, "Create console"))
        {
            return;
        }
        ForInput(Name, () =>
        {
            var request = new NewConsole
            {
                Name = Name,
                Vm = Vm?.Name ?? _machine,
                Sessions = Try(() => _sessions.ConvertAll(ConsoleSpec.Parse)),
                All = All,
                AllRunning = AllRunning,
                AdminShell = AdminShell,
            };
            WriteObject(Await(stop => Engine.Consoles.CreateAsync(request, stop)));
        });
    }
}
