namespace Agentworks.Model;

/// <summary>Whether a workspace shares its machine with others or owns it.</summary>
public enum WorkspaceIsolation
{
    Shared,
    Dedicated,
}
