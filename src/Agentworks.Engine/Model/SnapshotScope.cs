namespace Agentworks.Model;

/// <summary>What a snapshot holds. Disk: the whole machine of a dedicated workspace. Tree: the files of a shared one.</summary>
public enum SnapshotScope
{
    Tree,
    Disk,
}
