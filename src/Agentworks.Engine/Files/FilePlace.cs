namespace Agentworks.Files;

/// <summary>Where and as whom files are used: as the workspace's own user, or as an agent that is granted it.</summary>
/// <param name="Workspace">Name of the workspace.</param>
/// <param name="Agent">Name of the agent; null: the workspace's user.</param>
/// <param name="Anywhere">Paths may lead out of a shared workspace, as far as the user's rights go.</param>
public sealed record FilePlace(string Workspace, string? Agent = null, bool Anywhere = false);
