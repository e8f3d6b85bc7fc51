namespace Agentworks.PowerShell;

/// <summary>The root of the drive of workspaces.</summary>
public sealed class DriveRoot
{
    public string Name { get; } = "agw:";

    public override string ToString() => Name;
}
