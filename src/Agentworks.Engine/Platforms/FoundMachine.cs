namespace Agentworks.Platforms;

/// <summary>A machine as its platform remembers it.</summary>
/// <param name="Machine">With everything that the platform needs to work on it.</param>
/// <param name="Whole">It was made to the end.</param>
/// <param name="Created">When it was begun.</param>
public sealed record FoundMachine(PlatformMachine Machine, bool Whole, DateTimeOffset Created);
