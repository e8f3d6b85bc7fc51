namespace Agentworks.Sessions;

/// <summary>Text to type into a session, pasted as one piece so that its lines are not commands of their own, then keys by tmux name.</summary>
public sealed record SessionInput(string Text, bool Enter, IReadOnlyList<string> Keys);
