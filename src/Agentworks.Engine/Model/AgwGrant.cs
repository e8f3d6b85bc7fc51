namespace Agentworks.Model;

/// <summary>Why an agent may enter a workspace: the operator said so, or a session needs it.</summary>
public sealed record AgwGrant
{
    public required string Agent { get; init; }
    public required string Workspace { get; init; }
    public required string Vm { get; init; }
    public required GrantKind Kind { get; init; }

    /// <summary>The session that the implicit grant belongs to.</summary>
    public string? Session { get; init; }
}
