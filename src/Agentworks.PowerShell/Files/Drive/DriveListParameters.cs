using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>What Get-ChildItem takes besides on the drive of workspaces.</summary>
public sealed class DriveListParameters
{
    /// <summary>Only what is no folder.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Only folders.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }
}
