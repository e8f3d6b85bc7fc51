using System.Management.Automation;
using System.Management.Automation.Language;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Transport;

namespace Agentworks.PowerShell;

/// <summary>Opens config.toml in the operator's editor and reads it when the editor is closed.</summary>
[Cmdlet(VerbsData.Edit, "AgwConfig", SupportsShouldProcess = true)]
[OutputType(typeof(AgwConfig))]
public sealed class EditAgwConfigCommand : EnterCommand
{
    /// <summary>The editor with its arguments; VISUAL, else EDITOR, when not given.</summary>
    [Parameter(Position = 0)]
    public string? Editor { get; set; }

    protected override void Process()
    {
        var file = Path.Combine(EngineOptions.DefaultHome(), "config.toml");
        if (!Approves(file, "Edit configuration"))
        {
            return;
        }
        var editor = SplitEditor(Editor ?? FromEnvironment("VISUAL") ?? FromEnvironment("EDITOR"));
        if (!File.Exists(file))
        {
            Try(() => Engine.Config.Create(overwrite: false));
        }
        HandOver(_ => Task.FromResult(new InteractiveCommand(editor[0], [.. editor[1..], file])));
        WriteObject(Try(Engine.Config.Get));
    }

    /// <summary>The words of "code --wait" or of "'/my programs/edit' -n".</summary>
    private static string[] SplitEditor(string? line)
    {
        Parser.ParseInput(line ?? string.Empty, out var tokens, out _);
        string[] words = [.. tokens.Where(token => token.Kind != TokenKind.EndOfInput).Select(token => token is StringToken text ? text.Value : token.Text)];
        return words.Length > 0 ? words : throw new EngineFailure(new PrerequisiteMissingException("No editor is known.")
        {
            Recommendation = "Edit-AgwConfig -Editor nano, or set the variable EDITOR.",
        });
    }

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
