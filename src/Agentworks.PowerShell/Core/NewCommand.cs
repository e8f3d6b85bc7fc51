using System.Management.Automation;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>
/// What makes one new thing for each piped object. The object gives parameters by its properties: a row of a table all of them,
/// one of our own things only the place where the new one goes, never its name or template.
/// </summary>
public abstract class NewCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    private bool ComesFromOurs => InputObject?.TypeNames.Any(name => name.Contains("Agentworks.Model.Agw", StringComparison.Ordinal)) == true;

    /// <summary>The value, unless it is merely a property of one of our things that happens to have the parameter's name.</summary>
    private protected T? Own<T>(string parameter, T? value) => ComesFromOurs && !IsGiven(parameter) ? default : value;

    /// <summary>The name of the place, or null when none was given.</summary>
    private protected static string? Place(NameArgument? argument)
    {
        if (argument?.GetProblem() is { } problem)
        {
            throw new EngineFailure(problem);
        }
        return argument?.Name;
    }

    protected sealed override void Process() => ForInput(Name, () =>
    {
        if (ComesFromOurs && !IsGiven(nameof(Name)))
        {
            throw new EngineFailure(new InvalidRequestException($"The new thing needs a name of its own, not that of '{InputObject}'.")
            {
                Target = InputObject,
                Recommendation = "Give it with -Name.",
            });
        }
        Create();
    });

    private protected abstract void Create();
}
