using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Reads what a session has written, also after it has ended.</summary>
[Cmdlet(VerbsCommon.Get, "AgwSessionLog")]
[OutputType(typeof(string))]
public sealed class GetAgwSessionLogCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Name { get; set; } = [];

    /// <summary>Only so many of the last lines.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Go on with new lines until Ctrl-C.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Leave terminal control sequences in.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    protected override void Process()
    {
        var sessions = FindSessions(Name);
        if (Wait && sessions.Count > 1)
        {
            throw new EngineFailure(new InvalidRequestException($"-Wait follows one session, and {sessions.Count} match.")
            {
                Recommendation = "Name one, or follow each in a job of its own: Start-ThreadJob { Get-AgwSessionLog … -Wait }",
            });
        }
        foreach (var (session, input) in sessions)
        {
            ForInput(input, () => Stream(stop => Engine.Sessions.ReadLogAsync(session.Name, Tail, Wait, Raw, stop), WriteObject));
        }
    }
}
