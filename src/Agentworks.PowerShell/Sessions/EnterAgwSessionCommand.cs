using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Attaches this terminal to a session. The prefix key and d lead out again.</summary>
[Cmdlet(VerbsCommon.Enter, "AgwSession")]
[OutputType(typeof(void))]
public sealed class EnterAgwSessionCommand : EnterCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument Name { get; set; } = null!;

    /// <summary>Watch only: keys typed here do not reach the session.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Attach although this terminal is inside tmux already.</summary>
    [Parameter]
    public SwitchParameter AllowNesting { get; set; }

    protected override void Begin()
    {
        base.Begin();
        if (!AllowNesting && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMUX")))
        {
            throw new EngineFailure(new InvalidRequestException("This terminal is inside tmux: its prefix key would catch that of the session.")
            {
                Recommendation = "Use a terminal outside tmux, or add -AllowNesting.",
            });
        }
    }

    protected override void Process()
    {
        if (One(FindSessions([Name]), Name.Input) is { } session)
        {
            ForInput(Name.Input, () => HandOver(stop => Engine.Sessions.GetAttachAsync(session.Name, ReadOnly, stop)));
        }
    }
}
