using System.Management.Automation;
using System.Text;

namespace Agentworks.PowerShell;

/// <summary>What Get-Content takes besides on the drive of workspaces.</summary>
public sealed class DriveReadParameters
{
    /// <summary>All of it as one string.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding? Encoding { get; set; }
}
