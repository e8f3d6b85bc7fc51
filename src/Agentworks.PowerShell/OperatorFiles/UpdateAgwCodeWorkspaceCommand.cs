using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Writes the files that open workspaces in VS Code, and removes those of workspaces that are gone.</summary>
[Cmdlet(VerbsData.Update, "AgwCodeWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(AgwCodeWorkspace))]
public sealed class UpdateAgwCodeWorkspaceCommand : AgentworksCommand
{
    private readonly List<string> _names = [];

    /// <summary>All of them when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Name { get; set; }

    /// <summary>Then open them in VS Code.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    protected override void Process() => _names.AddRange(FindWorkspaces(Name).Select(match => match.Item.Name));

    protected override void End()
    {
        var all = Name is null;
        var files = Try(Engine.CodeWorkspaces.Plan).Where(file => _names.Contains(file.Workspace, StringComparer.Ordinal)).ToArray();
        string[] approved = [.. files.Where(file => Approves(file.Path, "Write VS Code file")).Select(file => file.Workspace)];
        if (approved.Length == 0 && !(all && files.Length == 0 && Approves("of workspaces that are gone", "Remove VS Code files")))
        {
            return;
        }
        foreach (var file in Await(stop => Engine.CodeWorkspaces.UpdateAsync(approved, stop)))
        {
            WriteObject(file);
            if (Open)
            {
                Await(stop => Engine.CodeWorkspaces.OpenAsync(file, Sink, stop));
            }
        }
    }
}
