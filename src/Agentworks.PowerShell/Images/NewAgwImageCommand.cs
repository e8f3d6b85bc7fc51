using System.Management.Automation;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Builds an image for dedicated workspaces, or imports one. One that is there, of the same inputs, is left alone.</summary>
[Cmdlet(VerbsCommon.New, "AgwImage", SupportsShouldProcess = true, DefaultParameterSetName = "Build")]
[OutputType(typeof(AgwImage))]
public sealed class NewAgwImageCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Debian packages besides those that every image has.</summary>
    [Parameter(ParameterSetName = "Build", ValueFromPipelineByPropertyName = true)]
    public string[] Package { get; set; } = [];

    /// <summary>An image file of this computer, in a format of the platform's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Import", ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>The SHA-256 that the file must have.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Import", ValueFromPipelineByPropertyName = true)]
    [ValidatePattern("^(sha256:)?[0-9a-fA-F]{64}$")]
    public string? Digest { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>Make it again although it is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process() => ForInput(Name, () =>
    {
        var request = new ImageRequest
        {
            Name = Name,
            Packages = Package,
            File = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path),
            Digest = Digest?.ToLowerInvariant().Replace("sha256:", string.Empty, StringComparison.Ordinal),
            Force = Force,
        };
        if (Approves(Name, Path is null ? "Build image" : "Import image"))
        {
            WriteObject(Await(stop => Engine.Images.CreateAsync(request, Platform, Sink, stop)));
        }
    });
}
