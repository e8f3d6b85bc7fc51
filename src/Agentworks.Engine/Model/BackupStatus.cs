namespace Agentworks.Model;

/// <summary>Whether a backup can be restored. Incomplete: it is being made, or its making was cut off. Unreadable: it is none of this version's.</summary>
public enum BackupStatus
{
    Complete,
    Incomplete,
    Unreadable,
}
