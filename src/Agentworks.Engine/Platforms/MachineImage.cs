namespace Agentworks.Platforms;

/// <summary>An image as its platform keeps it.</summary>
/// <param name="Name">As given; lower-case letters, digits and hyphens.</param>
/// <param name="Key">SHA-256 of everything that decides what is in it, shortened to 16 hex digits.</param>
/// <param name="SizeBytes">What it takes on disk.</param>
/// <param name="Imported">Not built here.</param>
/// <param name="Digest">SHA-256 of what was imported; null for a build.</param>
/// <param name="Created">When it became whole.</param>
/// <param name="Machines">How many machines need it.</param>
public sealed record MachineImage(string Name, string Key, long SizeBytes, bool Imported, string? Digest, DateTimeOffset Created, int Machines);
