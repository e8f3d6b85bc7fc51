using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Sessions;

namespace Agentworks.PowerShell;

/// <summary>Types text and keys into sessions. Text of many lines arrives as one piece.</summary>
[Cmdlet(VerbsCommunications.Send, "AgwSessionInput", SupportsShouldProcess = true, DefaultParameterSetName = "Session")]
[OutputType(typeof(AgwSession))]
public sealed class SendAgwSessionInputCommand() : SessionBatchCommand("Type into session")
{
    private readonly List<string> _lines = [];
    private NameArgument[] _named = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Session")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "PipedText")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Name { get; set; } = [];

    /// <summary>What to type; several strings are its lines.</summary>
    [Parameter(Position = 1, ParameterSetName = "Session")]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = "PipedText")]
    [AllowEmptyString]
    public string[] Text { get; set; } = [];

    /// <summary>Keys to press after the text, by their tmux names, such as Escape, Up or C-c.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>Do not press Enter after the text.</summary>
    [Parameter]
    public SwitchParameter NoEnter { get; set; }

    /// <summary>Also write the session.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool WritesResult => PassThru;

    protected override void Process()
    {
        if (ParameterSetName == "PipedText" && MyInvocation.ExpectingInput)
        {
            _named = Name;
            _lines.AddRange(Text);
        }
        else
        {
            Collect(Name);
        }
    }

    protected override void End()
    {
        Collect(_named);
        base.End();
    }

    private protected override void Change(IReadOnlyList<string> names)
    {
        var text = string.Join('\n', _lines.Concat(_lines.Count > 0 ? [] : Text));
        var input = new SessionInput(text, Enter: text.Length > 0 && !NoEnter, Key);
        Report(stop => Engine.Sessions.SendInputAsync(names, input, stop));
    }
}
