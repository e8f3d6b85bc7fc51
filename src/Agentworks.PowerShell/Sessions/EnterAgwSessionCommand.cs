using System.Management.Automation;
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
        RefuseNesting(AllowNesting);
    }

    protected override void Process()
    {
        if (One(FindSessions([Name]), Name.Input) is { } session)
        {
            ForInput(Name.Input, () => HandOver(stop => Engine.Sessions.GetAttachAsync(session.Name, ReadOnly, stop)));
        }
    }
}
