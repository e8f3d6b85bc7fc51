using System.Management.Automation;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists files and folders of workspaces.</summary>
[Cmdlet(VerbsCommon.Get, "AgwFile", DefaultParameterSetName = PathSet)]
[OutputType(typeof(AgwFile))]
public sealed class GetAgwFileCommand : FilePathCommand
{
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public override WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>Files, or folders whose content is listed; relative to the workspace's folder, or absolute.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FilePathCompleter))]
    public string[] Path { get; set; } = ["."];

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many levels of folders below the first; implies -Recurse.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Depth { get; set; }

    /// <summary>A wildcard that names must match, tested on the machine; case counts.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Filter { get; set; }

    /// <summary>Also names that begin with a dot.</summary>
    [Parameter]
    public SwitchParameter Hidden { get; set; }

    /// <summary>Only what is no folder.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Only folders.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }

    protected override void Process()
    {
        var request = new ListFiles
        {
            Paths = IsLiteral ? LiteralPath : Path,
            Literal = IsLiteral,
            Recurse = Recurse || Depth is not null,
            Depth = Depth,
            Filter = Filter,
            Hidden = Hidden,
            Only = File && !Directory ? AgwFileKind.File : Directory && !File ? AgwFileKind.Directory : null,
        };
        foreach (var (place, input) in Places(Workspace, Force))
        {
            ForInput(input, () => Stream(stop => Engine.Files.ListAsync(place, request, stop), outcome =>
            {
                if (outcome.Error is not null)
                {
                    WriteFailure(outcome.Error, outcome.Name);
                }
                else
                {
                    WriteObject(outcome.Value);
                }
            }));
        }
    }
}
