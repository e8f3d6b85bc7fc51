using System.Management.Automation;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Copies files and folders between this computer and workspaces.</summary>
[Cmdlet(VerbsCommon.Copy, "AgwFile", DefaultParameterSetName = To, SupportsShouldProcess = true)]
[OutputType(typeof(AgwFileTransfer))]
public sealed class CopyAgwFileCommand : FileCommand
{
    private const string To = "ToWorkspace";
    private const string ToLiteral = "ToWorkspaceLiteral";
    private const string From = "FromWorkspace";
    private const string FromLiteral = "FromWorkspaceLiteral";
    private readonly List<(FilePlace Place, string Source, bool Literal)> _sources = [];

    /// <summary>What to copy: files and folders of this computer, or with -FromWorkspace of the workspace.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = To)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = From)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CopyPathCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The same as it is, without wildcards; that of piped files.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ToLiteral)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FromLiteral)]
    [Alias("LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A folder, or the new name of a single thing. Without it, the workspace's folder, or the folder one is in.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(CopyPathCompleter))]
    public string Destination { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = To)]
    [Parameter(Mandatory = true, ParameterSetName = ToLiteral)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] ToWorkspace { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = From)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FromLiteral)]
    [Alias("Workspace")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[] FromWorkspace { get; set; } = [];

    /// <summary>Folders with all that is in them.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Replace what is there; and let an absolute path lead out of a shared workspace.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private bool IsUpload => ParameterSetName is To or ToLiteral;

    protected override void Process()
    {
        var literal = ParameterSetName is ToLiteral or FromLiteral;
        foreach (var (place, input) in Places(IsUpload ? ToWorkspace : FromWorkspace, Force))
        {
            ForInput(input, () =>
            {
                foreach (var path in literal ? LiteralPath : Path)
                {
                    ForInput(path, () => _sources.AddRange((IsUpload ? Local(path, literal) : [path])
                        .Where(source => Approves($"{place.Workspace}: {TerminalText.EscapeLine(source)}", IsUpload ? $"Copy to {Shown}" : $"Copy from the workspace to {Shown}"))
                        .Select(source => (place, source, literal))));
                }
            });
        }
    }

    private string Shown => Destination.Length > 0 ? TerminalText.EscapeLine(Destination) : IsUpload ? "the workspace" : "here";

    protected override void End()
    {
        foreach (var group in _sources.GroupBy(one => (one.Place, one.Literal)))
        {
            var (place, literal) = group.Key;
            var request = new CopyFiles
            {
                Sources = [.. group.Select(one => one.Source).Distinct(StringComparer.Ordinal)],
                Destination = IsUpload ? Destination : Here(Destination),
                Recurse = Recurse,
                Overwrite = Force,
            };
            ForInput(place.Workspace, () => Stream(
                stop => IsUpload ? Engine.FileCopier.UploadAsync(place, request, Sink, stop) : Engine.FileCopier.DownloadAsync(place, request, literal, Sink, stop), Write));
        }
    }

    private void Write(BatchOutcome<AgwFileTransfer> outcome)
    {
        if (outcome.Error is not null)
        {
            WriteFailure(outcome.Error, outcome.Name);
        }
        else
        {
            WriteObject(outcome.Value);
        }
    }

    /// <summary>What a path of this computer means here, where one's location is PowerShell's and not the process's.</summary>
    private IEnumerable<string> Local(string path, bool literal)
    {
        if (literal)
        {
            return [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)];
        }
        try
        {
            return [.. GetResolvedProviderPathFromPSPath(path, out _)];
        }
        catch (ItemNotFoundException e)
        {
            WriteError(new ErrorRecord(e, "LocalFile", ErrorCategory.ObjectNotFound, path));
            return [];
        }
    }

    private string Here(string path)
    {
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path.Length == 0 ? "." : path);
        return path.Length > 0 && System.IO.Path.EndsInDirectorySeparator(path) && !System.IO.Path.EndsInDirectorySeparator(full) ? full + System.IO.Path.DirectorySeparatorChar : full;
    }
}
