using System.Management.Automation;
using System.Text;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Reads files of workspaces: as lines, as one text, or as bytes; all of them or a part.</summary>
[Cmdlet(VerbsCommon.Get, "AgwFileContent", DefaultParameterSetName = PathSet)]
[OutputType(typeof(string), typeof(byte), typeof(byte[]))]
public sealed class GetAgwFileContentCommand : FilePathCommand
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FilePathCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>All of it as one string, or as one array of bytes.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Bytes to leave out at the beginning.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long Offset { get; set; }

    /// <summary>Bytes to read at most.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? Length { get; set; }

    /// <summary>Only so many of the first lines.</summary>
    [Parameter]
    [Alias("First", "Head")]
    [ValidateRange(1, int.MaxValue)]
    public int? TotalCount { get; set; }

    /// <summary>Only so many of the last lines.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(1, int.MaxValue)]
    public int? Tail { get; set; }

    [Parameter]
    [TextEncoding]
    [ArgumentCompleter(typeof(TextEncodingCompleter))]
    public Encoding? Encoding { get; set; }

    protected override void Begin()
    {
        if (Tail is not null && (TotalCount is not null || Length is not null || Offset > 0))
        {
            throw new EngineFailure(new InvalidRequestException("-Tail goes with none of -TotalCount, -Offset and -Length."));
        }
    }

    protected override void Process()
    {
        foreach (var (place, input) in Places(Workspace, Force))
        {
            ForInput(input, () =>
            {
                foreach (var path in IsLiteral ? LiteralPath : Path.SelectMany(path => Resolve(place, path)))
                {
                    ForInput(path, () => Read(place, new ReadFile(path, Offset, Length, TotalCount, Tail)));
                }
            });
        }
    }

    private void Read(FilePlace place, ReadFile request)
    {
        if (!Raw && !AsByteStream)
        {
            Stream(stop => Engine.Files.ReadLinesAsync(place, request, Encoding, stop), WriteObject);
            return;
        }
        if (Raw)
        {
            var (bytes, head) = Await(stop => Engine.Files.ReadAllAsync(place, request, stop));
            WriteObject(AsByteStream ? bytes : FileNames.ToText(bytes, Encoding, head), enumerateCollection: false);
            return;
        }
        Stream(stop => Engine.Files.ReadPiecesAsync(place, request, stop), piece => WriteObject(piece, enumerateCollection: true));
    }
}
