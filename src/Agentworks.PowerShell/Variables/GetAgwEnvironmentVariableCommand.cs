using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists what Set-AgwEnvironmentVariable has set. No machine is asked, and secrets are masked.</summary>
[Cmdlet(VerbsCommon.Get, "AgwEnvironmentVariable")]
[OutputType(typeof(AgwEnvironmentVariable))]
public sealed class GetAgwEnvironmentVariableCommand : AgentworksCommand
{
    /// <summary>Only those of these names.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Whose; all when not given.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    protected override void Process()
    {
        var patterns = Name?.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var (workspace, input) in FindWorkspaces(Workspace))
        {
            ForInput(input, () => WriteObject(
                Try(() => Engine.WorkspaceVariables.List(workspace.Name)).Where(variable => patterns?.Exists(pattern => pattern.IsMatch(variable.Name)) != false), enumerateCollection: true));
        }
    }
}
