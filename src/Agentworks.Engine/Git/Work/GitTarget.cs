namespace Agentworks.Git.Work;

/// <summary>A repository as the operator names it.</summary>
/// <param name="Workspace">The workspace's name.</param>
/// <param name="Agent">Who works on it; null: the workspace's own user.</param>
/// <param name="Path">From the workspace's root; null for the root.</param>
public sealed record GitTarget(string Workspace, string? Agent = null, string? Path = null);
