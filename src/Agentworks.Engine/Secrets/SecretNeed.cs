namespace Agentworks.Secrets;

/// <summary>A secret that a command needs.</summary>
/// <param name="Name">Under which it is looked for.</param>
/// <param name="Purpose">Completes "NAME …" for people, such as "for API_KEY".</param>
/// <param name="Command">A command by which it can be given; null where none takes it.</param>
public sealed record SecretNeed(string Name, string Purpose, string? Command = null);
