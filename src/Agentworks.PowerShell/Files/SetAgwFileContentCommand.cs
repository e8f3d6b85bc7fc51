using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Writes files of workspaces, each of which is whole, old or new, at any moment.</summary>
[Cmdlet(VerbsCommon.Set, "AgwFileContent", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(AgwFile))]
public sealed class SetAgwFileContentCommand : FilePathCommand
{
    private readonly ContentSpool _content = new();

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ArgumentCompleter(typeof(FilePathCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Lines, or with -AsByteStream bytes.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object?[] Value { get; set; } = [];

    [Parameter]
    [TextEncoding]
    [ArgumentCompleter(typeof(TextEncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Octal, such as 0755.</summary>
    [Parameter]
    public string? Mode { get; set; }

    /// <summary>Add to the end of the file.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>It is an error when the file is there.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Begin()
    {
        if (Append && NoClobber)
        {
            throw new EngineFailure(new InvalidRequestException("-Append adds to a file that may be there, and -NoClobber is for one that may not."));
        }
        Start();
    }

    protected override void Process()
    {
        Add(Value);
        if (IsGiven(nameof(Value)))
        {
            // What is piped says where: each place gets all of the value.
            Write();
            _content.Clear();
            Start();
        }
    }

    protected override void End()
    {
        if (!IsGiven(nameof(Value)))
        {
            Write();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Start()
    {
        if (!AsByteStream && !Append)
        {
            _content.Write(Encoding.GetPreamble());
        }
    }

    private void Add(IEnumerable? values)
    {
        foreach (var value in values ?? Array.Empty<object>())
        {
            var bare = value is PSObject wrapped ? wrapped.BaseObject : value;
            if (AsByteStream)
            {
                _content.Write(bare switch
                {
                    byte one => [one],
                    byte[] many => many,
                    _ => Try(() => (byte[])LanguagePrimitives.ConvertTo(value, typeof(byte[]), CultureInfo.InvariantCulture)),
                });
            }
            else if (bare is object?[] inner)
            {
                Add(inner);
            }
            else
            {
                var text = (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture) ?? string.Empty;
                _content.Write(Encoding.GetBytes(NoNewline ? text : text + "\n"));
            }
        }
    }

    private void Write()
    {
        foreach (var (place, input) in Places(Workspace, Force))
        {
            foreach (var path in IsLiteral ? LiteralPath : Path)
            {
                if (!Approves($"{place.Workspace}: {TerminalText.EscapeLine(path)}", Append ? "Add content" : "Set content"))
                {
                    continue;
                }
                ForInput(path, () =>
                {
                    var file = Await(stop => Engine.Files.WriteAsync(
                        place, new WriteFile { Path = path, Mode = Mode, Append = Append, NoClobber = NoClobber }, _content.Rewind(), stop));
                    if (PassThru)
                    {
                        WriteObject(file);
                    }
                });
            }
        }
    }
}
