using System.Management.Automation;
using System.Text;

namespace Agentworks.PowerShell;

/// <summary>What Set-Content and Add-Content take besides on the drive of workspaces.</summary>
public sealed class DriveWriteParameters
{
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding? Encoding { get; set; }
}
