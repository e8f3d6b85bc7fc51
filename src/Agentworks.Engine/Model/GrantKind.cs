namespace Agentworks.Model;

/// <summary>Why a workspace is granted.</summary>
public enum GrantKind
{
    Explicit,
    Implicit,
    All,
}
