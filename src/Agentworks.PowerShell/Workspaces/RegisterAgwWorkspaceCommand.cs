using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Takes back dedicated workspaces whose machines are there, and whose records are missing or half made.</summary>
[Cmdlet(VerbsLifecycle.Register, "AgwWorkspace", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(AgwWorkspace))]
public sealed class RegisterAgwWorkspaceCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name", ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OrphanCompleter))]
    public WorkspaceArgument[] Name { get; set; } = [];

    /// <summary>All that there are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "All")]
    public SwitchParameter All { get; set; }

    /// <summary>Also one that was made with other records, because those are lost.</summary>
    [Parameter(ParameterSetName = "Name")]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        foreach (var name in All ? Await(Engine.Adoption.NamesAsync) : Name.SelectMany(NamesOf))
        {
            if (Approves(name, "Register workspace"))
            {
                ForInput(name, () => WriteObject(Await(stop => Engine.Adoption.RegisterAsync(name, Force, Sink, stop))));
            }
        }
    }

    private IReadOnlyList<string> NamesOf(WorkspaceArgument argument)
    {
        if (argument.GetProblem() is { } problem)
        {
            WriteFailure(problem, argument.Input);
            return [];
        }
        if (!argument.IsPattern)
        {
            return [argument.Name!];
        }
        var pattern = WildcardPattern.Get(argument.Name!, WildcardOptions.IgnoreCase);
        return [.. Await(Engine.Adoption.NamesAsync).Where(pattern.IsMatch)];
    }
}
