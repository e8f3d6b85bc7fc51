using System.Management.Automation;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Replaces text in files of workspaces, however many, in two round trips for each machine.</summary>
[Cmdlet(VerbsData.Edit, "AgwFile", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(AgwFileEdit))]
public sealed class EditAgwFileCommand : FilePathCommand
{
    private readonly List<(FilePlace Place, string Path)> _targets = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FilePathCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>What is to be replaced; capitals and line ends count.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string OldText { get; set; } = string.Empty;

    [Parameter(Mandatory = true, Position = 2)]
    [AllowEmptyString]
    public string NewText { get; set; } = string.Empty;

    /// <summary>Replace it wherever it is; else only where it is first.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>It is an error when it is there more than once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>-OldText is a regular expression.</summary>
    [Parameter]
    public SwitchParameter Regex { get; set; }

    protected override void Process()
    {
        foreach (var (place, input) in Places(Workspace, Force))
        {
            ForInput(input, () =>
            {
                var paths = IsLiteral ? LiteralPath : Path.SelectMany(path => Resolve(place, path));
                _targets.AddRange(paths.Where(path => Approves($"{place.Workspace}: {TerminalText.EscapeLine(path)}", "Edit file")).Select(path => (place, path)));
            });
        }
    }

    protected override void End()
    {
        if (_targets.Count == 0)
        {
            return;
        }
        var edit = new EditFile { OldText = OldText, NewText = NewText, All = All, Unique = Unique, Regex = Regex };
        Stream(stop => Engine.FileEditor.EditAsync(_targets, edit, Sink, stop), outcome =>
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, outcome.Name);
            }
            else
            {
                WriteObject(outcome.Value);
            }
        });
    }
}
