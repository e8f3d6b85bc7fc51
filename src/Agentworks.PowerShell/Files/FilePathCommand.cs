using System.Management.Automation;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>The same for those that are given paths in workspaces.</summary>
public abstract class FilePathCommand : FileCommand
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Workspaces, in each of which the paths are looked for.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public virtual WorkspaceArgument[] Workspace { get; set; } = [];

    /// <summary>Paths as they are, without wildcards; those of piped files.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("LP", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Let paths lead out of a shared workspace, as far as the user's rights go.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected bool IsLiteral => ParameterSetName == LiteralPathSet;

    /// <summary>The files that a path with wildcards means; without any, the path.</summary>
    private protected IEnumerable<string> Resolve(FilePlace place, string path)
    {
        if (!FileNames.IsPattern(path))
        {
            return [FileNames.Unescape(path)];
        }
        var found = new List<string>();
        Stream(stop => Engine.Files.ListAsync(place, new ListFiles { Paths = [path], Only = AgwFileKind.File }, stop), outcome =>
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, path);
            }
            else
            {
                found.Add(outcome.Value!.FullName);
            }
        });
        return found;
    }
}
