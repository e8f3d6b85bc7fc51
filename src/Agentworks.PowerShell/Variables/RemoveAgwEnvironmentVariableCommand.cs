using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>Removes what Set-AgwEnvironmentVariable has set.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwEnvironmentVariable", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwEnvironmentVariableCommand : WorkspaceVariableCommand
{
    /// <summary>Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    protected override void Process() => ForWorkspaces("Remove environment variable", workspace => $"{string.Join(", ", Name)} of {workspace}", workspace =>
    {
        var names = new List<string>();
        foreach (var name in Name)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                names.AddRange(Try(() => Engine.WorkspaceVariables.List(workspace.Name)).Select(one => one.Name).Where(pattern.IsMatch));
            }
            else
            {
                names.Add(name);
            }
        }
        if (names.Count > 0)
        {
            Await(stop => Engine.WorkspaceVariables.RemoveAsync(workspace.Name, [.. names.Distinct(StringComparer.Ordinal)], Sink, stop));
        }
    });
}
