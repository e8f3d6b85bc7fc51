namespace Agentworks.Sessions;

/// <summary>What was made along with a session and may go along with it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Kind">One of <see cref="Model.EntityKind"/>: a workspace or an agent.</param>
/// <param name="Name">Its name.</param>
/// <param name="Vm">Its machine's name.</param>
/// <param name="UsedBy">What else needs it, in words; null when nothing does and it may go.</param>
public sealed record SessionBelonging(string Session, string Kind, string Name, string Vm, string? UsedBy);
