using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists images of which dedicated workspaces are made.</summary>
[Cmdlet(VerbsCommon.Get, "AgwImage")]
[OutputType(typeof(AgwImage))]
public sealed class GetAgwImageCommand : AgentworksCommand
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>Also the packages of each, with their versions.</summary>
    [Parameter]
    public SwitchParameter ListPackages { get; set; }

    protected override void Process()
    {
        var all = Await(stop => Engine.Images.ListAsync(Platform, ListPackages, stop));
        foreach (var name in Name ?? ["*"])
        {
            var found = all.Where(image => Matches(name, image.Name)).ToArray();
            WriteObject(found, enumerateCollection: true);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFailure(new NotFoundException("image", name) { Target = name, Recommendation = "New-AgwImage makes one." }, name);
            }
        }
    }

    private static bool Matches(string pattern, string name) => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}
