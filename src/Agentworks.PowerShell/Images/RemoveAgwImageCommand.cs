using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Removes images. Those that are needed again are made again.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwImageCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[] Name { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    protected override void Process()
    {
        var all = Await(stop => Engine.Images.ListAsync(Platform, packages: false, stop));
        foreach (var name in Name)
        {
            var found = all.Where(image => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(image.Name)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFailure(new NotFoundException("image", name) { Target = name, Recommendation = "Get-AgwImage lists them." }, name);
            }
            foreach (var image in found)
            {
                if (Approves($"{image.Name} of {image.Platform}", "Remove image"))
                {
                    ForInput(name, () => Await(stop => Engine.Images.RemoveAsync(image, Sink, stop)));
                }
            }
        }
    }
}
